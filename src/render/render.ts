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
  const [problem] = [...checkFile(file), ...format.check(file)];
  return problem === undefined ? ok({ ...file, template: use.template }) : { ok: false, problem };
}
