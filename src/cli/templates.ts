import { nodeFiles } from '../ports/node/files.ts';
import { overrideDirectory, type TemplateSource, templateSource } from '../render/templates.ts';
import type { Context } from './command.ts';

/** The administrator's templates (below `--root`), then the shipped ones (never below it). */
export function templatesOf({ ports, templates }: Pick<Context, 'ports' | 'templates'>): TemplateSource {
  return templateSource([
    { files: ports.files, directory: overrideDirectory },
    { files: nodeFiles('/'), directory: templates },
  ]);
}
