import { globMatches } from '../model/glob.ts';
import { ok, type Result } from '../model/problem.ts';
import type { StackId } from '../model/stack.ts';
import { allOf, anyOf, type Facts, mapFact, whyUnknown } from './facts.ts';
import { matchesNic, type Netdef, type NetplanConfig } from './netplan-yaml.ts';
import type { Nic } from './nic-pattern.ts';
import type { NetworkUnit, UnitState } from './units.ts';

/** One row of the table: does this stack hold the primary NIC, and what was looked at. */
export interface Candidate {
  readonly id: StackId;
  readonly what: string;
  holds(facts: Facts): Result<boolean>;
  found(facts: Facts): string;
}

/**
 * The table, strongest first. A file system that could configure the primary is worth less than a service that holds it, so
 * installed packages alone never decide.
 */
export const candidates: readonly Candidate[] = [
  {
    id: 'netplan',
    what: 'netplan, its yaml files and its back end',
    holds: (facts) =>
      allOf(
        facts.netplan.installed,
        mapFact(facts.netplan.config, ({ netdefs }) => definesPrimary(netdefs, facts.primary)),
        netplanBackEndRuns(facts),
      ),
    found: (facts) => netplanFound(facts),
  },
  {
    id: 'networkmanager',
    what: 'NetworkManager.service and nmcli device',
    holds: (facts) =>
      allOf(
        unit(facts, 'NetworkManager.service', (state) => state.active),
        mapFact(facts.networkManager.kept, (kept) => !kept),
        holdsPrimary(facts, facts.networkManager.primaryState, managedStates),
      ),
    found: (facts) => serviceFound(facts, 'NetworkManager.service', facts.networkManager.primaryState),
  },
  {
    id: 'networkd',
    what: 'systemd-networkd.service and its state of the primary',
    holds: (facts) =>
      allOf(
        unit(facts, 'systemd-networkd.service', (state) => state.active),
        holdsPrimary(
          facts,
          facts.networkd.primaryState,
          /^(pending|initialized|configuring|configured|failed)$/,
        ),
      ),
    found: (facts) => serviceFound(facts, 'systemd-networkd.service', facts.networkd.primaryState),
  },
  {
    id: 'wicked',
    what: 'network.service and wickedd.service',
    holds: (facts) =>
      allOf(
        unit(facts, 'network.service', (state) => state.id === 'wicked.service'),
        unit(facts, 'wickedd.service', (state) => state.active),
      ),
    found: (facts) =>
      `network.service is ${unitWord(facts, 'network.service', (state) => state.id || 'not there')}`,
  },
  {
    id: 'sysconfig',
    what: '/etc/init.d/network and /etc/sysconfig/network/scripts/ifup-route',
    holds: (facts) =>
      allOf(
        mapFact(ok(facts.init), (init) => init !== 'systemd'),
        facts.sysconfig.installed,
      ),
    found: (facts) => there(facts.sysconfig.installed),
  },
  {
    id: 'network-scripts',
    what: '/etc/sysconfig/network-scripts/network-functions, /etc/init.d/network, network.service',
    holds: (facts) =>
      allOf(
        facts.networkScripts.installed,
        anyOf(
          unit(facts, 'network.service', (state) => state.active || state.enabled),
          facts.networkScripts.on,
        ),
      ),
    found: (facts) => there(facts.networkScripts.installed),
  },
  {
    id: 'ifupdown',
    what: '/etc/network/interfaces, ifup, and what ifupdown says is up',
    holds: (facts) => allOf(facts.ifupdown.installed, ifupdownHolds(facts)),
    found: (facts) => there(facts.ifupdown.installed),
  },
];

/** NetworkManager configures the NIC, or tries to; `(externally)` means that somebody else set it up. */
const managedStates = /^(connected(?! \(externally\))|connecting|deactivating)/;

function holdsPrimary(facts: Facts, state: Result<string | null>, states: RegExp): Result<boolean> {
  if (facts.primary === null) return ok(true);
  return mapFact(state, (word) => word !== null && states.test(word));
}

function definesPrimary(netdefs: readonly Netdef[], primary: Nic | null): boolean {
  if (primary === null) return netdefs.length > 0;
  const member = new Set(netdefs.flatMap((netdef) => netdef.members));
  return netdefs.some((netdef) => matchesNic(netdef, primary) !== 'no' && !member.has(netdef.id));
}

/** The back end of the definition of the primary, else the one given for all, else netplan's default. */
export function netplanRenderer(
  { renderer, netdefs }: NetplanConfig,
  primary: Nic | null,
): 'networkd' | 'networkmanager' {
  const own = primary === null ? undefined : netdefs.find((netdef) => matchesNic(netdef, primary) !== 'no');
  return own?.renderer ?? renderer ?? 'networkd';
}

/** Files that nobody acts upon do not count: an image may carry netplan and yet boot with ifupdown. */
function netplanBackEndRuns(facts: Facts): Result<boolean> {
  const { config } = facts.netplan;
  if (!config.ok) return config;
  if (netplanRenderer(config.value, facts.primary) === 'networkmanager') {
    return unit(facts, 'NetworkManager.service', (state) => state.active);
  }
  return allOf(
    unit(facts, 'systemd-networkd.service', (state) => state.active),
    mapFact(facts.networkd.primaryState, (state) => state !== 'unmanaged'),
  );
}

function ifupdownHolds(facts: Facts): Result<boolean> {
  const { interfaces, up } = facts.ifupdown;
  const { primary } = facts;
  const listed = mapFact(interfaces, (files) =>
    (files ?? [])
      .flatMap((file) => file.stanzas)
      .some(({ name }) => name !== 'lo' && (primary === null || stanzaCovers(name, primary))),
  );
  const isUp = mapFact(up, (names) => primary !== null && names.includes(primary.name));
  return anyOf(listed, isUp);
}

/** A stanza's name is the NIC's, or since ifupdown 0.8.20 a pattern after a slash. */
function stanzaCovers(written: string, nic: Nic): boolean {
  if (written === nic.name) return true;
  return written.startsWith('/') && globMatches(written.slice(1), nic.name);
}

function unit(facts: Facts, name: NetworkUnit, test: (state: UnitState) => boolean): Result<boolean> {
  return mapFact(facts.units, (units) => {
    const state = units.get(name);
    return state !== undefined && test(state);
  });
}

function netplanFound(facts: Facts): string {
  if (facts.netplan.installed.ok && !facts.netplan.installed.value) return 'not installed';
  if (!facts.netplan.config.ok) return whyUnknown(facts.netplan.config.problem);
  const ids = facts.netplan.config.value.netdefs.map((netdef) => netdef.id);
  return `installed, defines ${ids.length === 0 ? 'nothing' : ids.join(' ')}, renderer ${netplanRenderer(facts.netplan.config.value, facts.primary)}`;
}

function serviceFound(facts: Facts, name: NetworkUnit, state: Result<string | null>): string {
  const running = unitWord(facts, name, (one) => (one.active ? 'active' : 'not active'));
  if (running !== 'active' || facts.primary === null) return running;
  return `active, ${facts.primary.name} is ${state.ok ? (state.value ?? 'not listed') : whyUnknown(state.problem)}`;
}

function unitWord(facts: Facts, name: NetworkUnit, word: (state: UnitState) => string): string {
  if (!facts.units.ok) return whyUnknown(facts.units.problem);
  const state = facts.units.value.get(name);
  return state === undefined ? 'not there' : word(state);
}

function there(fact: Result<boolean>): string {
  return fact.ok ? (fact.value ? 'present' : 'not there') : whyUnknown(fact.problem);
}
