import { nodeFiles } from '../ports/node/files.ts';
import { readTrustedText } from '../ports/trusted.ts';
import { overrideDirectory, type TemplateSource, templateSource } from '../render/templates.ts';
import type { Context } from './command.ts';

/** The administrator's templates (below `--root`; only where nobody else can write them), then the shipped ones (never below it). */
export function templatesOf({ ports, templates }: Pick<Context, 'ports' | 'templates'>): TemplateSource {
  return templateSource([
    { files: { readText: (path) => readTrustedText(ports.files, path) }, directory: overrideDirectory },
    { files: nodeFiles('/'), directory: templates },
  ]);
}
