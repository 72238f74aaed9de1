import { Liquid, LiquidError, type Template } from 'liquidjs';
import { fail, ok, type Result } from '../model/problem.ts';
import type { TemplateText } from './templates.ts';

const engine = makeEngine();
const parsed = new Map<string, Template[]>();

/**
 * Renders one template with one view. A name the view does not have, an unknown filter or tag, a value with a
 * control character, and a template that runs too long or grows too large are `template-error` at
 * `file:line:column`. Templates cannot read files or run code. A text is parsed once per process.
 */
export function renderTemplate(
  template: TemplateText,
  view: Readonly<Record<string, unknown>>,
): Result<string> {
  try {
    let tree = parsed.get(template.text);
    if (tree === undefined) {
      tree = engine.parse(template.text);
      parsed.set(template.text, tree);
    }
    return ok(engine.renderSync(tree, view) as string);
  } catch (error) {
    if (!(error instanceof Error) || !LiquidError.is(error)) throw error;
    const [line, column] = error.token.getPosition();
    const message = (error.originalError ?? error).message.replace(/, line:\d+, col:\d+$/, '');
    return fail(
      'template-error',
      `${template.origin}:${line}:${column}`,
      message,
      'README.md in templates/ lists the names',
    );
  }
}

function makeEngine(): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    // An empty set of partials: without it liquidjs reads `include` and `render` from the disk.
    templates: {},
    parseLimit: 1_000_000,
    renderLimit: 5_000,
    memoryLimit: 10_000_000,
    outputEscape: line,
    // Without it liquidjs asks Intl for the machine's, which takes longer than all else here.
    locale: 'en-US',
  });
  liquid.registerFilter('line', line);
  return liquid;
}

/** Passes text that stays within its line. Everything a template prints goes through it, asked for or not. */
function line(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new Error(`a ${value === null ? 'null' : typeof value} cannot be printed`);
  }
  const text = String(value);
  if (hasControlCharacter(text)) throw new Error(`control character in ${JSON.stringify(text)}`);
  return text;
}

/** Control characters and everything else that some reader takes for the end of a line. */
export function hasControlCharacter(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}
