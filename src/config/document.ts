import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { fail, ok, type Result } from '../model/problem.ts';

/** A configuration file as plain data, with the line each part stands on. */
export interface ConfigDocument {
  readonly value: unknown;
  /** The line (from 1) of the value at this path, or of the nearest thing around it that is written down. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** A configuration of a few dozen keys has no need for more characters. */
const sizeLimit = 64 * 1024;

/**
 * Reads YAML 1.2: one document, every key once, no tags of its own. Anchors and aliases are refused: nothing here
 * is worth repeating, and a few lines of them can expand to gigabytes. Errors: `config-invalid`.
 */
export function readDocument(text: string, path: string): Result<ConfigDocument> {
  if (text.length > sizeLimit) return fail('config-invalid', path, `longer than ${sizeLimit} characters`);
  const lines = new LineCounter();
  const document = parse(text, lines);
  if (document === null) return fail('config-invalid', path, 'nested too deeply');
  const fault = firstFault(document, lines);
  if (fault !== null) return fail('config-invalid', `${path}:${fault.line}`, fault.message, fault.advice);
  return ok({
    value: document.toJS({ maxAliasCount: 0 }),
    lineOf: (at) => lineOf(document, lines, at),
  });
}

/** The parser recurses; a file of opening brackets exhausts the stack. */
function parse(text: string, lines: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

interface Fault {
  readonly line: number;
  readonly message: string;
  readonly advice: string;
}

function firstFault(document: Document.Parsed, lines: LineCounter): Fault | null {
  const error = document.errors[0] ?? document.warnings[0];
  if (error !== undefined) {
    const tab = error.code === 'TAB_AS_INDENT' ? 'indent with spaces' : '';
    return {
      line: lines.linePos(error.pos[0]).line,
      message: `not valid YAML: ${oneLine(error.message)}`,
      advice: tab,
    };
  }
  return firstAnchor(document, lines);
}

function firstAnchor(document: Document.Parsed, lines: LineCounter): Fault | null {
  let offset: number | null = null;
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor === undefined) return undefined;
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  if (offset === null) return null;
  const message = 'anchors (&) and aliases (*) are not supported';
  return {
    line: lines.linePos(offset).line,
    message,
    advice: 'write the value out, or quote it if the sign belongs to it',
  };
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === step)
      : undefined;
    const next: unknown = pair === undefined ? childOf(node, step) : (pair.value ?? pair.key);
    const mark = pair?.key ?? next;
    if (!isNode(mark)) break;
    offset = mark.range?.[0] ?? offset;
    node = next;
  }
  return lines.linePos(offset).line;
}

function childOf(node: unknown, step: PropertyKey): unknown {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items))
    return undefined;
  return typeof step === 'number' ? node.items[step] : undefined;
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').replace(/[:.]\s*$/, '');
}
