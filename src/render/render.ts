import type { DesiredNetwork } from '../model/desired.ts';
import type { RenderedFile } from '../model/file.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import { checkFile } from './check.ts';
import { renderTemplate } from './engine.ts';
import type { Format, RenderOptions, TemplateUse } from './format.ts';
import { formats } from './registry.ts';
import { sysctl } from './sysctl/format.ts';
import type { TemplateSource } from './templates.ts';
import { checkValues } from './values.ts';

/**
 * Every file that this stack's services need for the network, sorted by path, each read back by the checker of its
 * format. The same input gives the same bytes. All or nothing: the first failure ends it.
 * Errors: `template-missing`, `file-unreadable`, `template-error` (at file:line:column), `template-output`
 * (naming the template).
 */
export async function render(
  network: DesiredNetwork,
  stack: Stack,
  templates: TemplateSource,
  options: RenderOptions,
): Promise<Result<readonly RenderedFile[]>> {
  const values = checkValues(network);
  if (!values.ok) return values;
  const files: RenderedFile[] = [];
  for (const format of [formats[stack.format], sysctl]) {
    for (const use of format.files(network, stack, options)) {
      const file = await renderFile(format, use, templates);
      if (!file.ok) return file;
      files.push(file.value);
    }
  }
  const twice = files.find((file, index) => files.findIndex((other) => other.path === file.path) !== index);
  if (twice !== undefined)
    return fail('template-output', twice.path, 'two links would share this file', 'rename one of them');
  return ok(files.sort((one, other) => (one.path < other.path ? -1 : 1)));
}

async function renderFile(
  format: Pick<Format, 'check'>,
  use: TemplateUse,
  templates: TemplateSource,
): Promise<Result<RenderedFile>> {
  const template = await templates.read(use.template);
  if (!template.ok) return template;
  const text = renderTemplate(template.value, use.view);
  if (!text.ok) return text;
  const file: RenderedFile = {
    path: use.path,
    text: text.value,
    mode: use.mode,
    mac: use.mac,
    template: template.value.origin,
  };
  const result = ok({ ...file, template: use.template });
  if (isPassed(file)) return result;
  const [problem] = [...checkFile(file), ...format.check(file)];
  if (problem !== undefined) return { ok: false, problem };
  passed.set(file.path, file);
  return result;
}

/** The last file that passed its checks, by path: a daemon renders the same bytes at every poll, and YAML reads slowly. */
const passed = new Map<string, RenderedFile>();

function isPassed({ path, text, mode, mac }: RenderedFile): boolean {
  const last = passed.get(path);
  return last !== undefined && last.text === text && last.mode === mode && last.mac === mac;
}
