import { findContainer } from '../../distro/container.ts';
import { findInit } from '../../distro/surroundings.ts';
import { ok } from '../../model/problem.ts';
import type { Ports } from '../../ports/ports.ts';
import { pendingTransactions } from '../../transaction/history.ts';
import { lockHolder } from '../../transaction/lock.ts';
import type { Findings } from '../findings.ts';
import { agents } from '../tables/agents.ts';
import { findAgents } from './agents.ts';
import { describeCloudInit } from './cloud-init.ts';
import { daemonRuns, describeIp, findDriverless, readBootTime } from './machine.ts';
import { readNamePins } from './name-pins.ts';
import type { Network } from './network.ts';
import { askServices, startsAtBoot } from './services.ts';
import { readStatus } from './status.ts';

/** The machine around the network: programs, services, files of others. */
export async function gatherSurroundings(ports: Ports): Promise<Omit<Findings, 'config' | keyof Network>> {
  const { files, exec } = ports;
  const init = await findInit(files);
  const services = await askServices(exec, init, ['enid.service', ...agents.flatMap((agent) => agent.units)]);
  const [surroundings, ip, bootedAt, driverless, daemon, atBoot] = await Promise.all([
    findContainer(ports),
    describeIp(exec),
    readBootTime(files),
    findDriverless(files),
    daemonRuns(files),
    startsAtBoot(files, init, services),
  ]);
  const [others, cloudInit, pins, status, pending, holder] = await Promise.all([
    findAgents(files, services),
    describeCloudInit(files),
    readNamePins(files),
    readStatus(files),
    pendingTransactions(files),
    lockHolder(files),
  ]);
  const mark = surroundings.container ? (surroundings.evidence[0]?.what ?? 'container') : null;
  return {
    container: mark,
    ip,
    bootedAt,
    driverless,
    daemon,
    atBoot,
    agents: others,
    cloudInit,
    pins,
    status,
    pending,
    holder: holder.ok ? ok(holder.value?.what ?? null) : holder,
  };
}
