import { loadConfig } from '../config/load.ts';
import { findClaims } from '../distro/claims.ts';
import { detectStack } from '../distro/detect.ts';
import { imageStack } from '../distro/image-stack.ts';
import { desireForwarding } from '../forwarding/desire.ts';
import { forwardingFile } from '../forwarding/script.ts';
import { readMetadata } from '../metadata/fetch.ts';
import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { desire, type Wanted } from '../network/desire.ts';
import { imagineKernel } from '../network/imagine.ts';
import type { Ports } from '../ports/ports.ts';
import { formats } from '../render/registry.ts';
import { render } from '../render/render.ts';
import { loadState } from '../state/load.ts';
import { type Intention, planAgainstDisk } from './intend.ts';
import type { Observation } from './observe.ts';
import { orphanedFile } from './orphaned-file.ts';
import type { RunOptions } from './pipeline.ts';
import type { Plan } from './plan.ts';
import type { Session } from './session.ts';

/**
 * What is known of the instance whose files lie below `--root`: the saved file that its configuration names (`provider: file`),
 * else the metadata that enid believed last on it, with the names that its NICs had. No cloud is asked: that of the
 * machine on which this runs says nothing about an image. Errors: `metadata-not-found`, those of a saved file.
 */
export async function readImageInstance(
  ports: Ports,
  config: Config,
  state: State,
  session: Pick<Session, 'metadata'>,
): Promise<Result<InstanceNetwork>> {
  const read = config.provider === 'file' ? await readMetadata(ports, config, session.metadata) : null;
  if (read?.ok === false) return read;
  const instance = read === null ? state.believed : read.value.instance;
  if (instance === null) {
    const message = 'no metadata is saved in the image, and the cloud of this machine is not asked for it';
    const advice = 'name a saved `enid metadata --json` in its configuration: provider: file, metadata.file';
    return fail('metadata-not-found', '--root', message, advice);
  }
  const interfaces = instance.interfaces.map((nic) => ({
    ...nic,
    name: nic.name ?? state.names.get(nic.mac) ?? null,
  }));
  return ok({ ...instance, interfaces });
}

/**
 * What the next run would do to the files of an image. No kernel is asked, no program is run: NICs are matched by MAC to a machine
 * that is imagined as for `enid render`, so the plan has no steps, and the notes say what it cannot know.
 * Errors: those of the configuration, state.json, saved metadata, detection, rendering and files.
 */
export async function planImage(
  ports: Ports,
  options: Pick<RunOptions, 'configPath' | 'force'>,
  session: Session,
): Promise<Result<Plan>> {
  const seen = await lookAtImage(ports, options.configPath, session);
  if (!seen.ok) return seen;
  const { config, detected, kernel } = seen.value;
  const { stack } = detected;
  const format = formats[stack.format];
  const wanted = desire({
    ...seen.value,
    removed: session.removed,
    stack,
    connected: (method, family) => format.connected(stack, method, family),
    ruleForms: format.ruleForms(stack),
  });
  if (!wanted.ok) return wanted;
  const { network } = wanted.value;
  const rendered = await render(network, stack, session.templates, { dns: config.dns });
  if (!rendered.ok) return rendered;
  const { forwarding, notes } = desireForwarding(
    config.forwarding,
    network.secondaries,
    kernel,
    config.tableBase,
  );
  const ours = [...rendered.value, ...(forwarding === null ? [] : [forwardingFile(forwarding)])];
  const files = await planAgainstDisk(ports, seen.value, wanted.value, ours, options.force);
  if (!files.ok) return files;
  return ok(
    filesOnly(
      seen.value,
      { ...wanted.value, notes: [...wanted.value.notes, ...notes, unknown] },
      files.value,
    ),
  );
}

const unknown =
  'this is the plan for an image: its files only. Links, addresses, routes, rules, sysctls and leases are those of the machine that boots it, and are not known here; versions of its network services are those that its release ships';

async function lookAtImage(ports: Ports, configPath: string, session: Session): Promise<Result<Observation>> {
  const config = await loadConfig(ports.files, configPath);
  if (!config.ok) return config;
  const state = await loadState(ports.files);
  if (!state.ok) return state;
  const instance = await readImageInstance(ports, config.value, state.value, session);
  if (!instance.ok) return instance;
  const kernel = imagineKernel(instance.value);
  const detected = await detectStack(ports, null, config.value);
  if (!detected.ok) return detected;
  const stack = imageStack(detected.value.distro, detected.value.stack);
  const orphaned = orphanedFile(config.value, stack, state.value.files, null, kernel);
  if (orphaned !== null) return orphaned;
  const claims = await findClaims(ports, stack, kernel.links, state.value);
  if (!claims.ok) return claims;
  return ok({
    config: config.value,
    state: state.value,
    instance: instance.value,
    kernel,
    detected: { ...detected.value, stack },
    claims: claims.value,
    leases: new Map(),
    stale: null,
    awaiting: [],
    primaryAgreed: true,
  });
}

function filesOnly(seen: Observation, wanted: Wanted, files: Intention['files']): Plan {
  const forwarding = { desired: null, ownsRules: false, files: [], notes: [], problems: [], differences: [] };
  return {
    seen,
    intention: { wanted, files, sysctls: { set: [], kept: seen.state.sysctls }, forwarding, differences: [] },
    repairs: { due: [], contested: [], waiting: [] },
    activation: { release: [], takeUp: [], batch: [], reach: 'ip', service: [] },
    digest: '',
  };
}
