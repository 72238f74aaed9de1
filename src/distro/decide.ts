import { fail, ok, type Result } from '../model/problem.ts';
import type { Evidence, Stack, StackId } from '../model/stack.ts';
import { type Candidate, candidates, netplanRenderer } from './candidates.ts';
import { type Facts, whyUnknown } from './facts.ts';

export interface Decision {
  readonly id: StackId;
  readonly renderer: Stack['renderer'];
  readonly evidence: readonly Evidence[];
}

/**
 * Which stack is in charge: the first of the table that holds the primary NIC, whatever the distribution is called.
 * Errors: `stack-unknown` where a row above the first match could not be asked: then a guess could hand a NIC to a
 * service that is not in charge.
 */
export function decide(facts: Facts): Result<Decision> {
  if (!facts.servicesAreHere) return ok(decision('none', facts, [foreignNamespace]));
  const evidence: Evidence[] = [];
  for (const candidate of candidates) {
    const holds = candidate.holds(facts);
    evidence.push(evidenceOf(candidate, holds, facts));
    if (!holds.ok) {
      return fail(
        'stack-unknown',
        candidate.what,
        `it could not be told whether ${candidate.id} is in charge: ${whyUnknown(holds.problem)}`,
        'set "stack:" in the configuration if this persists',
      );
    }
    if (holds.value) return ok(decision(candidate.id, facts, evidence));
  }
  const means = 'no known network service holds the primary: enid sets addresses, routes and rules itself';
  return ok(decision('none', facts, [...evidence, { what: 'network services', found: 'none', means }]));
}

const foreignNamespace: Evidence = {
  what: '/proc/1/ns/net and /proc/self/ns/net',
  found: 'different network namespaces',
  means: 'the services of this machine do not manage this namespace',
};

function decision(id: StackId, facts: Facts, evidence: readonly Evidence[]): Decision {
  const { config } = facts.netplan;
  const renderer = id === 'netplan' && config.ok ? netplanRenderer(config.value, facts.primary) : null;
  return { id, renderer, evidence };
}

function evidenceOf(candidate: Candidate, holds: Result<boolean>, facts: Facts): Evidence {
  const { what } = candidate;
  if (!holds.ok) return { what, found: whyUnknown(holds.problem), means: 'could not be asked' };
  const nic = facts.primary === null ? 'the network' : facts.primary.name;
  return {
    what,
    found: candidate.found(facts),
    means: `${candidate.id} ${holds.value ? 'holds' : 'does not hold'} ${nic}`,
  };
}
