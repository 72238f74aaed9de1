import { address, ipv6 } from './checks/address.ts';
import { defaultRoute } from './checks/default-route.ts';
import { link } from './checks/link.ts';
import { container, ipCommand, kernel, metadata, primary, stack } from './checks/machine.ts';
import { agents, automaticProfile, cloudInit, namePins } from './checks/next-boot.ts';
import { owner } from './checks/owner.ts';
import { hotPlug, missing, nicCount, unlisted } from './checks/present.ts';
import { forwarded, overlaps, primaryReplies, publicAddress, replies, services } from './checks/replies.ts';
import { rpFilter, sameSubnet } from './checks/sysctls.ts';
import { daemon, desired, files, lastRun, state, strangers, transaction } from './checks/upkeep.ts';
import { type Check, type Diagnosis, diagnosisStates } from './diagnosis.ts';
import type { Findings } from './findings.ts';

/** Every check, from what all others rest on to what may go wrong later. */
export const checks: readonly Check[] = [
  ...[container, ipCommand, kernel, metadata, primary, stack],
  ...[missing, unlisted, hotPlug, nicCount, owner],
  ...[link, address, ipv6],
  ...[defaultRoute, replies, primaryReplies, services, publicAddress, forwarded, overlaps],
  ...[rpFilter, sameSubnet, desired, strangers],
  ...[files, state, transaction, lastRun, daemon],
  ...[cloudInit, agents, automaticProfile, namePins],
];

/** All that the checks say, wrong ones first, otherwise in the order of {@link checks}. Pure. */
export function diagnose(findings: Findings): readonly Diagnosis[] {
  const said = checks.flatMap(({ name, judge }) =>
    judge(findings).map((verdict) => ({ check: name, ...verdict })),
  );
  return diagnosisStates.flatMap((one) => said.filter(({ state: found }) => found === one));
}
