import type { Config } from '../model/config.ts';
import { describeProblem, ok, type Result } from '../model/problem.ts';
import type { Distro, Evidence, Stack, StackId } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { netplanRenderer } from './candidates.ts';
import { chooseFormat } from './choose-format.ts';
import { decide } from './decide.ts';
import { findDhcpClient } from './dhcp-client.ts';
import { identify } from './identify.ts';
import { includeStyle, parseInterfaces } from './interfaces-file.ts';
import { readNetplan } from './netplan-files.ts';
import { gatherFacts } from './probe.ts';
import { askVersions } from './probe-versions.ts';
import { describeNic, findInit } from './surroundings.ts';

export interface Detected {
  readonly distro: Distro;
  readonly stack: Stack;
  /** In the order in which it was looked at. */
  readonly evidence: readonly Evidence[];
}

/**
 * Which distribution this is and which stack is in charge of its network, with the evidence. `stack` and `format` of the
 * configuration outrank what is found. Nothing on the machine is changed. Errors: `stack-unknown` where a service could not
 * be asked, `config-invalid`, `file-unreadable`.
 */
export async function detectStack(
  ports: Pick<Ports, 'exec' | 'files'>,
  primaryName: string | null,
  config: Pick<Config, 'stack' | 'format'>,
): Promise<Result<Detected>> {
  const [identity, charge] = await Promise.all([
    identifyOrUnknown(ports.files),
    config.stack === 'auto'
      ? whoIsInCharge(ports, primaryName)
      : given(ports.files, config.stack, primaryName),
  ]);
  if (!charge.ok) return charge;
  const { id, init } = charge.value;
  const [format, asked, dhcp, include, scripts] = await Promise.all([
    chooseFormat(ports.files, id, identity.distro, config.format),
    askVersions(ports, charge.value),
    findDhcpClient(ports.files, id, primaryName),
    findInclude(ports.files, id),
    ports.files.kind('/etc/sysconfig/network-scripts/network-functions'),
  ]);
  if (!format.ok) return format;
  if (!include.ok) return include;
  if (!scripts.ok) return scripts;
  const stack: Stack = {
    id,
    format: format.value.format,
    renderer: charge.value.renderer,
    init,
    versions: asked.versions,
    dhcpClient: dhcp.client,
    include: include.value,
    networkScripts: scripts.value !== null,
  };
  const evidence = [
    identity.evidence,
    charge.value.evidence,
    format.value.evidence,
    asked.evidence,
    dhcp.evidence,
  ].flat();
  return ok({ distro: identity.distro, stack, evidence });
}

/** The stack does not depend on the distribution's name, so a name that cannot be read stops nothing. */
async function identifyOrUnknown(
  files: Files,
): Promise<{ readonly distro: Distro; readonly evidence: readonly Evidence[] }> {
  const found = await identify(files);
  if (found.ok) return found.value;
  const evidence = {
    what: found.problem.place,
    found: describeProblem(found.problem),
    means: 'could not be asked',
  };
  return {
    distro: { id: 'unknown', version: '', family: 'unknown', pretty: 'unknown' },
    evidence: [evidence],
  };
}

type Charge = Pick<Stack, 'id' | 'init' | 'renderer'> & { readonly evidence: readonly Evidence[] };

async function whoIsInCharge(
  ports: Pick<Ports, 'exec' | 'files'>,
  primaryName: string | null,
): Promise<Result<Charge>> {
  const facts = await gatherFacts(ports, primaryName);
  const decision = decide(facts);
  return decision.ok ? ok({ ...decision.value, init: facts.init }) : decision;
}

async function given(files: Files, id: StackId, primaryName: string | null): Promise<Result<Charge>> {
  const evidence = [
    { what: 'configuration', found: `stack: ${id}`, means: 'the stack is given, not searched for' },
  ];
  const init = await findInit(files);
  if (id !== 'netplan') return ok({ id, init, renderer: null, evidence });
  const [netplan, primary] = await Promise.all([readNetplan(files), describeNic(files, primaryName)]);
  return netplan.ok ? ok({ id, init, renderer: netplanRenderer(netplan.value, primary), evidence }) : netplan;
}

async function findInclude(files: Files, id: StackId): Promise<Result<Stack['include']>> {
  if (id !== 'ifupdown') return ok(null);
  const text = await files.readText('/etc/network/interfaces');
  if (!text.ok) return text;
  return ok(text.value === null ? 'none' : includeStyle(parseInterfaces(text.value)));
}
