/** Bits of a mark that a rule of somebody else reads or writes. */
export interface MarkUse {
  /** `0x4000`; all bits where a rule gives no mask. */
  readonly mask: number;
  /** Where, for people: `table ip nat, chain KUBE-MARK-MASQ`. */
  readonly where: string;
  /** The names of the table and the chain, by which a program is known. */
  readonly names: readonly string[];
}

const all = 0xffffffff;

/** The marks in `nft list ruleset`, but for those of our own table. Words that are no use of a mark are passed over. */
export function nftMarkUses(text: string, own: string): readonly MarkUse[] {
  const uses: MarkUse[] = [];
  let table = { family: '', name: '' };
  let chain = '';
  for (const line of text.split('\n')) {
    const words = line
      .replace(/"[^"]*"/g, '""')
      .trim()
      .split(/\s+/);
    if (words[0] === 'table') table = { family: words[1] ?? '', name: words[2] ?? '' };
    else if (words[0] === 'chain') chain = words[1] ?? '';
    else if (table.name !== own && !chain.startsWith('ENID-') && !declares.has(words[0] ?? '')) {
      const where = `table ${table.family} ${table.name}, chain ${chain}`;
      for (const mask of masksIn(words)) uses.push({ mask, where, names: [table.name, chain] });
    }
  }
  return uses;
}

/** First words of lines that declare a set or a map. */
const declares: ReadonlySet<string> = new Set(['type', 'typeof', 'set', 'map']);

function masksIn(words: readonly string[]): readonly number[] {
  return words.flatMap((word, at) => {
    // `fib saddr . mark . iif` looks up by whatever the mark is.
    if (word !== 'mark' || words[at - 1] === '.' || words[at + 1] === '.') return [];
    if (words[at - 2] === 'set') return []; // the source of an assignment, judged with its target
    const mask = maskOf(words[at - 1] === 'ct' ? 'ct' : 'meta', words.slice(at + 1));
    return mask === 0 ? [] : [mask];
  });
}

/** The bits that are compared or written by what follows `mark`; 0 for none. */
function maskOf(owner: 'ct' | 'meta', rest: readonly string[]): number {
  const [first = '', second = ''] = rest;
  if (first === 'set') return writtenBy(owner, rest.slice(1));
  if (ands.has(first)) return numberIn(second);
  return /^(?:==|!=|<|>|<=|>=|\{|@\S+|vmap|0x[0-9a-f]+|\d+)$/.test(first) ? all : 0;
}

const ands: ReadonlySet<string> = new Set(['&', 'and']);

/** `meta mark & 0xffff00ff | 0x4000` writes the bits that the first takes away and those that the second sets. */
function writtenBy(owner: 'ct' | 'meta', value: readonly string[]): number {
  const source = value[0] === 'ct' ? 'ct' : value[0] === 'meta' || value[0] === 'mark' ? 'meta' : null;
  if (source !== owner) return all;
  const at = value.indexOf('mark') + 1;
  let mask = 0;
  for (let index = at; index + 1 < value.length; index += 2) {
    const operator = value[index] ?? '';
    const number = numberIn(value[index + 1] ?? '');
    if (ands.has(operator)) mask |= ~number;
    else if (['|', 'or', '^', 'xor'].includes(operator)) mask |= number;
    else break;
  }
  return mask >>> 0;
}

function numberIn(word: string): number {
  const number = Number(word);
  return Number.isInteger(number) ? number >>> 0 : all;
}

/** The marks in `iptables-save`, but for those of our own chains. */
export function iptablesMarkUses(text: string, program: string): readonly MarkUse[] {
  const uses: MarkUse[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    const chain = /^-A (\S+)/.exec(line)?.[1];
    if (chain === undefined || chain.startsWith('ENID-')) continue;
    const where = `${program}, table ${table}, chain ${chain}`;
    const plain = line.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    for (const found of plain.matchAll(option)) {
      const [, name = '', value = '0xffffffff', mask] = found;
      const isMask = name.endsWith('mask');
      const bits = isMask
        ? numberIn(value)
        : mask === undefined
          ? all
          : numberIn(mask) | valueBits(name, value);
      uses.push({ mask: bits >>> 0, where, names: [chain] });
    }
  }
  return uses;
}

/** Options of the matches mark and connmark and of the targets MARK, CONNMARK and TPROXY (iptables-extensions(8)). */
const option =
  /--(mark|set-mark|set-xmark|or-mark|and-mark|xor-mark|tproxy-mark|nfmask|ctmask|(?:save|restore)-mark(?! --nfmask))(?: (0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?)?/g;

/** MARK and CONNMARK write the bits of the value even outside of the mask. */
function valueBits(name: string, value: string): number {
  return name === 'mark' ? 0 : numberIn(value);
}
