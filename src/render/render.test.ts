import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from './engine.ts';
import { render } from './render.ts';
import { type TemplatePlace, templateSource } from './templates.ts';
import { network, stack } from './testing.ts';

const shipped: TemplatePlace = {
  directory: 'templates',
  files: { readText: async (path) => ({ ok: true, value: await readFile(path, 'utf8').catch(() => null) }) },
};
const options = { dns: false };

function overrides(texts: Readonly<Record<string, string>>): TemplatePlace {
  return {
    directory: '/etc/enid/templates',
    files: { readText: async (path) => ({ ok: true, value: texts[path] ?? null }) },
  };
}

describe('render', () => {
  it('writes the sysctls of a machine without a network service', async () => {
    const files = await render(network(), stack(), templateSource([shipped]), options);

    expect(files).toMatchObject({
      ok: true,
      value: [
        {
          path: '/etc/sysctl.d/60-enid.conf',
          mode: 0o644,
          mac: null,
          text: '# Managed by enid\n# Edits are kept and reported, see enid status\n# eth1.100 is 00:16:3e:00:00:01\nnet/ipv4/conf/eth1.100/rp_filter = 2\n# eth1 is 00:16:3e:00:00:01\nnet/ipv4/conf/eth1/rp_filter = 2\n',
        },
      ],
    });
  });

  it('writes nothing where there is nothing to set', async () => {
    const files = await render({ ...network(), sysctls: [] }, stack(), templateSource([shipped]), options);

    expect(files).toEqual({ ok: true, value: [] });
  });

  it('refuses a link name that would need quoting', async () => {
    const primary = { ...network().primary, name: 'eth0;reboot' };

    const files = await render({ ...network(), primary }, stack(), templateSource([shipped]), options);

    expect(files).toMatchObject({ ok: false, problem: { code: 'template-output', place: '"eth0;reboot"' } });
  });
});

describe('overrides', () => {
  const path = '/etc/enid/templates/sysctl/enid.conf.liquid';
  const rendered = (text: string) =>
    render(network(), stack(), templateSource([overrides({ [path]: text }), shipped]), options);

  it('win over the shipped template', async () => {
    const files = await rendered('# Managed by enid\n# ours\n');

    expect(files).toMatchObject({ ok: true, value: [{ text: '# Managed by enid\n# ours\n' }] });
  });

  it.each([
    ['no marker', '# mine\n', 'template-output', path, 'line 1: does not begin'],
    ['no newline at the end', '# Managed by enid', 'template-output', path, 'does not end with a newline'],
    [
      'a stray line',
      '# Managed by enid\nkernel.panic = 1\n',
      'template-output',
      path,
      'line 2: "kernel.panic = 1"',
    ],
    ['a carriage return', '# Managed by enid\r\n', 'template-output', path, 'line 1'],
    [
      'a name the view does not have',
      '# Managed by enid\n\n  {{ nothing }}\n',
      'template-error',
      `${path}:3:6`,
      'nothing',
    ],
    ['an unknown filter', '{{ nics | shell }}', 'template-error', `${path}:1:1`, 'shell'],
    ['an unclosed tag', '{% for n in nics %}', 'template-error', `${path}:1:1`, 'not closed'],
    ['a file of the disk', '{% include "/etc/hostname" %}', 'template-error', `${path}:1:1`, 'ENOENT'],
    ['a list printed whole', '{{ nics }}', 'template-error', `${path}:1:1`, 'cannot be printed'],
    [
      'a loop that never ends',
      '{% for i in (1..100000000) %}x{% endfor %}',
      'template-error',
      `${path}:1:1`,
      'memory',
    ],
  ])('with %s are refused', async (_what, text, code, place, message) => {
    const files = await rendered(text);

    expect(files).toMatchObject({
      ok: false,
      problem: { code, place, message: expect.stringContaining(message) },
    });
  });

  it('that cannot be read are an error, not the shipped template', async () => {
    const problem = { code: 'file-unreadable', place: path, message: 'EACCES', advice: '' } as const;
    const locked: TemplatePlace = {
      directory: '/etc/enid/templates',
      files: { readText: async () => ({ ok: false, problem }) },
    };

    const files = await render(network(), stack(), templateSource([locked, shipped]), options);

    expect(files).toEqual({ ok: false, problem });
  });

  it('and shipped templates missing alike name the places that were looked at', async () => {
    const files = await render(network(), stack(), templateSource([overrides({})]), options);

    expect(files).toMatchObject({
      ok: false,
      problem: { code: 'template-missing', place: 'sysctl/enid.conf.liquid' },
    });
  });
});

describe('the engine', () => {
  it('never prints a value over the end of its line', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '\0', '\t', '\u2028', '\u0085', 'é') });
    fc.assert(
      fc.property(text, (value) => {
        const printed = renderTemplate({ text: 'x={{ value }}', origin: 't' }, { value });

        expect(printed.ok).toBe(!/[^aé]/.test(value));
      }),
    );
  });
});
