/**
 * Shell wildcards as fnmatch(3) reads them without flags, in the C locale: `*`, `?`, `[abc]`, `[a-z]`, `[!x]` (also `[^x]`),
 * `[[:digit:]]`, and a backslash before what is meant literally. A `[` that is never closed stands for itself.
 */
type Part = { readonly kind: 'any' } | { readonly kind: 'one'; accepts(letter: string): boolean };

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** True when the wildcards fit the whole text. Takes no longer than the product of both lengths. */
export function globMatches(glob: string, text: string): boolean {
  const parts = partsOf(glob);
  const letters = [...text];
  // Where to go on after a mismatch: the last star takes one letter more.
  let star = -1;
  let taken = 0;
  let at = 0;
  let part = 0;
  while (at < letters.length) {
    const now = parts[part];
    if (now?.kind === 'any') {
      star = part++;
      taken = at;
    } else if (now?.accepts(letters[at] ?? '')) {
      part++;
      at++;
    } else {
      if (star < 0) return false;
      part = star + 1;
      at = ++taken;
    }
  }
  return parts.slice(part).every(({ kind }) => kind === 'any');
}

/** True for text with a wildcard in it: it may fit more than itself. */
export function isGlob(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '*' || text[at] === '?') return true;
    else if (text[at] === '[' && readBracket(text, at) !== null) return true;
  }
  return false;
}

/** What makes the wildcards other than they were meant: fnmatch(3) takes such text literally or fits nothing. Null: nothing. */
export function globFault(glob: string): string | null {
  for (let at = 0; at < glob.length; at++) {
    const letter = glob[at];
    if (letter === '\\' && at++ === glob.length - 1) return 'ends with a backslash';
    if (letter === ']') return 'has a ] without a [ before it';
    if (letter !== '[') continue;
    const bracket = readBracket(glob, at);
    if (bracket === null) return 'has a [ without a ] after it';
    if (bracket.fault !== null) return bracket.fault;
    at = bracket.end;
  }
  return null;
}

function partsOf(glob: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < glob.length; at++) {
    const letter = glob[at] ?? '';
    const bracket = letter === '[' ? readBracket(glob, at) : null;
    if (letter === '*') parts.push({ kind: 'any' });
    else if (letter === '?') parts.push({ kind: 'one', accepts: () => true });
    else if (bracket !== null) {
      parts.push({ kind: 'one', accepts: bracket.accepts });
      at = bracket.end;
    } else {
      const literal = letter === '\\' && at + 1 < glob.length ? (glob[++at] ?? '') : letter;
      parts.push({ kind: 'one', accepts: (given) => given === literal });
    }
  }
  return parts;
}

interface Bracket {
  /** Where its `]` stands. */
  readonly end: number;
  readonly accepts: (letter: string) => boolean;
  readonly fault: string | null;
}

/** The bracket that begins at `start`; null where it is never closed. A `]` right after the beginning is one of its letters. */
function readBracket(glob: string, start: number): Bracket | null {
  const isNegated = glob[start + 1] === '!' || glob[start + 1] === '^';
  const first = start + (isNegated ? 2 : 1);
  const tests: ((letter: string) => boolean)[] = [];
  let fault: string | null = null;
  for (let at = first; at < glob.length; at++) {
    if (glob[at] === ']' && at > first) {
      return { end: at, accepts: (letter) => tests.some((test) => test(letter)) !== isNegated, fault };
    }
    const name = /^\[:(\w+):\]/.exec(glob.slice(at))?.[1];
    if (name !== undefined) {
      const members = classes[name];
      if (members === undefined) fault = `has the unknown class [:${name}:]`;
      tests.push((letter) => members?.test(letter) ?? false);
      at += name.length + 3;
      continue;
    }
    if (glob[at] === '\\') at++;
    const from = glob[at] ?? '';
    const isRange = glob[at + 1] === '-' && at + 2 < glob.length && glob[at + 2] !== ']';
    if (isRange) at += glob[at + 2] === '\\' ? 3 : 2;
    const to = glob[at] ?? '';
    if (from > to) fault = `has the range ${from}-${to}, which runs backwards`;
    tests.push((letter) => letter >= from && letter <= to);
  }
  return null;
}
