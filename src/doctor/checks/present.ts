import type { SetAside } from '../../model/desired.ts';
import {
  all,
  type Check,
  fine,
  known,
  machine,
  orFine,
  unknown,
  warning,
  whyUnknown,
  wrong,
} from '../diagnosis.ts';
import type { Findings } from '../findings.ts';
import { nicLimit, whereToAsk } from '../tables/nic-limits.ts';
import { bindableSince, withoutHotPlug } from '../tables/no-hot-plug.ts';

/** NICs of the metadata that the kernel does not have. */
export const missing: Check = {
  name: 'missing',
  judge: (found) =>
    known(all({ instance: found.instance, wanted: found.wanted }), ({ instance, wanted }) => {
      const listed = new Set(instance.interfaces.map((nic) => nic.mac));
      const lacking = wanted.network.setAside.filter(
        (nic) => nic.reason === 'not-in-kernel' && listed.has(nic.mac),
      );
      const verdicts = lacking.map((nic) =>
        wrong(
          nic.id ?? nic.mac,
          `is bound to the instance, and no link has its MAC ${nic.mac}`,
          whyMissing(found),
        ),
      );
      return orFine(verdicts, machine, `${instance.interfaces.length} of ${instance.interfaces.length}`);
    }),
};

/** The likeliest reason first: the type of instance, then the driver, then neither is known. */
function whyMissing({ instanceType, bootedAt, driverless, instance }: Findings): string {
  const restart = 'stop the instance and start it again, in the console or by the API, not from within';
  if (instanceType.ok && withoutHotPlug.has(instanceType.value)) {
    return `${instanceType.value} cannot hot-plug NICs: ${restart}`;
  }
  const isAlibaba = instance.ok && instance.value.cloud === 'alibaba';
  if (isAlibaba && bootedAt.ok && bootedAt.value < bindableSince) {
    return `it has run since before April 2018, and takes no NIC until it is restarted: ${restart}`;
  }
  if (driverless.ok && driverless.value.length > 0) {
    return `a driver is missing: ${driverless.value.join('; ')}; try \`modprobe virtio_net\`, and see \`dmesg\``;
  }
  const driver = driverless.ok
    ? 'no network hardware is without a driver'
    : 'its driver may be missing (`lspci -k`)';
  const type = instanceType.ok
    ? `${instanceType.value} should hot-plug`
    : 'some instance types cannot hot-plug';
  return `\`echo 1 > /sys/bus/pci/rescan\`, then \`enid reconfigure\`; ${driver}, and ${type}: if it stays away, ${restart}`;
}

/** NICs of the kernel that the metadata does not list. */
export const unlisted: Check = {
  name: 'unlisted',
  judge: ({ wanted }) =>
    known(wanted, ({ network }) => {
      const strangers = network.setAside.filter((nic) => nic.reason === 'not-in-metadata');
      const advice =
        'just bound or about to be detached? enid asks again by itself; else look whether it is bound to this instance';
      return orFine(
        strangers.map((nic) => warning(labelOf(nic), `the metadata does not list it (${nic.mac})`, advice)),
        machine,
        'no other NIC',
      );
    }),
};

function labelOf({ name, mac }: SetAside): string {
  return name ?? mac;
}

/** Types of instance that take NICs only while they are stopped: known before the first NIC is missed. */
export const hotPlug: Check = {
  name: 'hot-plug',
  judge: ({ instance, instanceType, bootedAt }) =>
    known(instance, ({ cloud }) => {
      if (cloud !== 'alibaba') return [fine(machine, `${cloud} tells of no type that cannot`)];
      if (!instanceType.ok) return [unknown(machine, whyUnknown(instanceType.problem))];
      const type = instanceType.value;
      if (withoutHotPlug.has(type)) {
        const advice = 'stop the instance before a NIC is bound to it, and start it afterwards';
        return [warning(machine, `${type} cannot hot-plug NICs`, advice)];
      }
      if (bootedAt.ok && bootedAt.value < bindableSince) {
        const advice = 'restart the instance in the console or by the API before a NIC is bound to it';
        return [warning(machine, 'it has run since before April 2018', advice)];
      }
      return [fine(machine, `${type} can hot-plug`)];
    }),
};

/** More NICs than the type of instance allows: at the next start some may be left out. */
export const nicCount: Check = {
  name: 'nic-count',
  judge: ({ instance, instanceType }) =>
    known(instance, ({ cloud, interfaces }) => {
      const count = interfaces.length;
      if (count < 2) return [fine(machine, 'one NIC')];
      const ask = whereToAsk[cloud] ?? 'see the documentation of the cloud';
      if (!instanceType.ok) {
        return [unknown(machine, `${count} NICs; ${whyUnknown(instanceType.problem)}`, ask)];
      }
      const type = instanceType.value;
      const limit = nicLimit(cloud, type);
      if (limit === null) {
        return [
          unknown(
            machine,
            `${count} NICs; how many ${type} allows is not known here`,
            ask.replace('TYPE', type),
          ),
        ];
      }
      if (count <= limit) return [fine(machine, `${count} of ${limit}`)];
      const advice = `detach ${count - limit}, or resize the instance: those beyond may not come back after a stop`;
      return [wrong(machine, `${count} NICs, and ${type} allows ${limit}`, advice)];
    }),
};
