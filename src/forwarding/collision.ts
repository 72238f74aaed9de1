import { fwmarkOf } from '../kernel/fwmark.ts';
import { hex } from '../model/forwarding.ts';
import type { KernelRule, KernelState } from '../model/kernel.ts';
import { fail, type Problem } from '../model/problem.ts';
import { knownUsers } from './known-users.ts';
import type { MarkUse } from './mark-uses.ts';
import { bitsOf } from './mask.ts';

/** What on this machine uses marks. */
export interface MarkUsers {
  readonly kernel: Pick<KernelState, 'links' | 'rules'>;
  /** Rules of packet filters. */
  readonly uses: readonly MarkUse[];
  /** Ours among the rules of the kernel. */
  readonly own: ReadonlySet<KernelRule>;
}

/** The first user of a bit of the mask, as a problem that names the user and a mask that is free; null: nobody uses one. Pure. */
export function collisionOf(mask: number, users: MarkUsers): Problem | null {
  const found = allUses(users);
  const other = found.find((use) => (use.mask & mask) !== 0);
  if (other === undefined) return null;
  const bits =
    other.mask === 0xffffffff ? 'all bits of the mark (no mask is given)' : `bits ${hex(other.mask)}`;
  const message = `forwarding.mask ${hex(mask)} is not free: ${other.where} uses ${bits}`;
  const free = freeMask(found);
  const advice =
    free === 0
      ? 'no bit of the mark is free here: set forwarding: follow-main'
      : `set forwarding: {mode: symmetric, mask: ${hex(free)}}, which is free`;
  return fail('mark-conflict', 'forwarding.mask', message, advice).problem;
}

function allUses({ kernel, uses, own }: MarkUsers): readonly Pick<MarkUse, 'mask' | 'where'>[] {
  const names = new Set(uses.flatMap((use) => use.names));
  const isSeen = (pattern: RegExp | null, texts: Iterable<string>) =>
    pattern !== null && [...texts].some((text) => pattern.test(text));
  const links = kernel.links.map(({ name }) => name);
  const known = knownUsers.filter((user) => isSeen(user.links, links) || isSeen(user.chains, names));
  const rules = kernel.rules.flatMap((rule) => {
    const fwmark = own.has(rule) ? null : fwmarkOf(rule);
    return fwmark === null ? [] : [{ mask: fwmark.mask, where: `the rule "${rule.spec}"` }];
  });
  return [
    ...known.map(({ name, mask }) => ({ mask, where: name })),
    ...uses.map((use) => ({ mask: use.mask, where: nameOf(use) })),
    ...rules,
  ];
}

function nameOf({ where, names }: MarkUse): string {
  const user = knownUsers.find(({ chains }) => names.some((name) => chains?.test(name)));
  return user === undefined ? where : `${user.name} (${where})`;
}

/** The longest run of bits, ten at most, that nobody here uses, and where there is one, nobody known; 0: none. */
function freeMask(found: readonly Pick<MarkUse, 'mask'>[]): number {
  const used = union(found);
  const common = union(knownUsers.filter(({ name }) => name !== 'Cilium'));
  const best = longestRun(~(used | common) >>> 0);
  return bitsOf(best).length >= 4 ? best : longestRun(~used >>> 0);
}

function union(users: readonly Pick<MarkUse, 'mask'>[]): number {
  let mask = 0;
  for (const user of users) mask |= user.mask;
  return mask;
}

function longestRun(free: number): number {
  let best = 0;
  for (let from = 0; from < 32; from++) {
    let run = 0;
    for (let bit = from; bit < 32 && bit < from + 10 && (free >>> bit) & 1; bit++) run |= 1 << bit;
    if (bitsOf(run).length > bitsOf(best).length) best = run >>> 0;
  }
  return best;
}
