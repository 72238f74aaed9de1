import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong in a configuration file. */
export interface Fault extends Position {
  readonly message: string;
  readonly advice: string;
}

/** A configuration file as plain data, with the position of each part. */
export interface ConfigDocument {
  readonly value: unknown;
  /** Where the key or list entry at this path stands, or the nearest thing around it that is written down. */
  positionOf(path: readonly PropertyKey[]): Position;
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
  const faults = faultsOf(document, lines);
  if (faults.length > 0) return refusal(path, faults);
  return ok({
    value: document.toJS({ maxAliasCount: 0 }),
    positionOf: (at) => positionAt(lines, offsetOf(document, at)),
  });
}

/** The refusal of a configuration file: every fault at once, in the order of the file, each as `file:line:column`. */
export function refusal(path: string, faults: readonly Fault[]): { ok: false; problem: Problem } {
  const ordered = [...faults].sort((one, other) => one.line - other.line || one.column - other.column);
  const [first, ...also] = ordered.map(({ line, column, message, advice }) => {
    return fail('config-invalid', `${path}:${line}:${column}`, message, advice).problem;
  });
  if (first === undefined) return fail('config-invalid', path, 'not a configuration');
  return { ok: false, problem: also.length === 0 ? first : { ...first, also } };
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

/** More than this many faults of the syntax follow from each other. */
const shownFaults = 20;

function faultsOf(document: Document.Parsed, lines: LineCounter): readonly Fault[] {
  const broken = [...document.errors, ...document.warnings].map(
    (error): Fault => ({
      ...positionAt(lines, error.pos[0]),
      message: `not valid YAML: ${oneLine(error.message)}`,
      advice: error.code === 'TAB_AS_INDENT' ? 'indent with spaces' : '',
    }),
  );
  return [...broken, ...anchors(document, lines)].slice(0, shownFaults);
}

function anchors(document: Document.Parsed, lines: LineCounter): readonly Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor === undefined) return;
      faults.push({
        ...positionAt(lines, node.range?.[0] ?? 0),
        message: 'anchors (&) and aliases (*) are not supported',
        advice: 'write the value out, or quote it if the sign belongs to it',
      });
    },
  });
  return faults;
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
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
  return offset;
}

function childOf(node: unknown, step: PropertyKey): unknown {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items))
    return undefined;
  return typeof step === 'number' ? node.items[step] : undefined;
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').replace(/[:.]\s*$/, '');
}
