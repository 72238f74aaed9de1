import { chosenCases } from '../choice.ts';
import type { Scene } from '../scene.ts';
import { addresses } from './addresses.ts';
import { addressing } from './addressing.ts';
import { configured } from './configured.ts';
import { detach } from './detach.ts';
import { detection } from './detection.ts';
import { hotPlug } from './hot-plug.ts';
import { ipv6Given, ipv6Taken } from './ipv6.ts';
import { leases } from './leases.ts';
import { many } from './many.ts';
import { names } from './names.ts';
import { oneShot } from './one-shot.ts';
import { powerCut } from './power-cut.ts';
import { reboot } from './reboot.ts';
import { renewal } from './renewal.ts';
import { restart } from './restart.ts';
import { routed } from './routed.ts';

/** What no stack may break: a NIC comes, changes, is there after a reboot without the daemon, and goes. One reboot. */
function coreCases(scene: Scene): void {
  detection(scene);
  hotPlug(scene);
  addresses(scene);
  reboot(scene);
  detach(scene);
}

/** What every system has to stand, in the order in which one boot serves as many as it can. */
function allCases(scene: Scene): void {
  detection(scene);
  hotPlug(scene);
  addresses(scene);
  renewal(scene);
  restart(scene);
  ipv6Given(scene);
  reboot(scene);
  oneShot(scene);
  leases(scene);
  addressing(scene);
  ipv6Taken(scene);
  powerCut(scene);
  names(scene);
  detach(scene);
  many(scene);
}

/** What a server of another cloud has to stand; its metadata says less, or other things. */
export function cloudCases(scene: Scene): void {
  detection(scene);
  hotPlug(scene, { ipv6: true });
  configured(scene);
  reboot(scene);
  if (scene.cloud.tellsRoutes) routed(scene);
  detach(scene);
}

/** The cases of a stack's guest, as chosen for this run. */
export const stackCases = { core: coreCases, all: allCases }[chosenCases];
