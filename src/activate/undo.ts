import type { DesiredInterface } from '../model/desired.ts';
import type { FileChange } from '../model/file.ts';
import type { Change, GoneInterface } from '../model/step.ts';
import { filesOf, wasConfigured } from './scope.ts';

/**
 * The change that takes another one back: its `release` belongs before the files are put back, its `scoped` after. NICs
 * that were new go, NICs that had files come up by them again, and so do those that were let go and are still there.
 */
export function undoing(change: Change): Change {
  const isNew = (nic: DesiredInterface) => !wasConfigured(change, nic.mac);
  const back = change.gone.filter((nic) => nic.present && filesOf(change, nic.mac).length > 0);
  const secondaries = change.network.secondaries.filter(
    (nic) => !change.touched.some((one) => one.mac === nic.mac && isNew(one)),
  );
  return {
    ...change,
    network: { ...change.network, secondaries },
    files: change.files.map(reversed),
    touched: [...change.touched.filter((nic) => !isNew(nic)), ...back.map(asBefore)],
    gone: change.touched.filter(isNew).map(({ name, mac, table }) => ({ name, mac, table, present: true })),
  };
}

const opposite = { create: 'remove', replace: 'replace', remove: 'create' } as const;

function reversed({ path, action, before, after, mac }: FileChange): FileChange {
  return {
    path,
    action: opposite[action],
    before: after && { bytes: Buffer.from(after.text), mode: after.mode, uid: 0, gid: 0 },
    after: before && { text: Buffer.from(before.bytes).toString(), mode: before.mode },
    mac,
  };
}

/** Steps go by name and MAC; what such a NIC should have is in its old files. */
function asBefore({ name, mac, table }: GoneInterface): DesiredInterface {
  return {
    name,
    mac,
    table,
    id: null,
    slot: 0,
    mtu: null,
    vlan: null,
    ipv4: null,
    ipv6: null,
    routes: [],
    rules: [],
  };
}
