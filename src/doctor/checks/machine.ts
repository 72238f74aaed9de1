import { type Check, fine, known, machine, unknown, warning, whyUnknown, wrong } from '../diagnosis.ts';

/** A container's NICs belong to whoever runs it; the daemon refuses there. */
export const container: Check = {
  name: 'container',
  judge: ({ container: mark }) => [
    mark === null
      ? fine(machine, 'is no container')
      : wrong(machine, `is a container (${mark})`, 'run enid on the host: its NICs are configured there'),
  ],
};

/** enid reads and changes the kernel through iproute2 alone, and needs policy routing in the kernel. */
export const ipCommand: Check = {
  name: 'ip-command',
  judge: ({ ip }) => {
    if (!ip.ok && ip.problem.code === 'command-missing') {
      return [wrong('ip', 'is not installed', 'install iproute2 (Red Hat: iproute)')];
    }
    return known(
      ip,
      ({ version, isIproute2, hasRules }) => {
        if (!isIproute2) {
          return [
            wrong(
              'ip',
              `is not iproute2: ${version}`,
              'install iproute2; BusyBox has not all that is needed',
            ),
          ];
        }
        if (hasRules) return [fine('ip', version)];
        const advice =
          'start a kernel with CONFIG_IP_MULTIPLE_TABLES; else `policy_routing: false` in the configuration, and only the primary answers reliably';
        return [wrong('ip', 'has no rules: this kernel was built without policy routing', advice)];
      },
      'ip',
    );
  },
};

/** Without a whole look at the kernel nothing is known of any NIC, and enid changes nothing. */
export const kernel: Check = {
  name: 'kernel',
  judge: ({ kernel: state }) => [
    state.ok
      ? fine(machine, `${state.value.links.length} links, ${state.value.rules.length} rules`)
      : wrong(machine, whyUnknown(state.problem), 'run it as root; if it persists, report that line'),
  ],
};

/** Is the metadata service to be had, and if not, is there an earlier answer to go by. */
export const metadata: Check = {
  name: 'metadata',
  judge: ({ metadata: now, instance }) => {
    if (now.ok) return [fine(now.value.cloud, `lists ${now.value.interfaces.length} NICs`)];
    const { place, message, advice } = now.problem;
    const meanwhile = instance.ok ? 'enid goes by what it read last' : 'nothing is known of the NICs';
    const host = /\/\/([^/:]+)/.exec(place)?.[1];
    const look =
      host === undefined
        ? '`enid metadata` reads it again'
        : `does \`ip route get ${host}\` take the primary, and does no firewall or proxy stand in between?`;
    return [wrong(place, `${message}; ${meanwhile}`, advice === '' ? look : advice)];
  },
};

/** The NIC that came with the instance must be found, or nothing is done at all. */
export const primary: Check = {
  name: 'primary',
  judge: ({ wanted, instance }) => {
    if (wanted.ok) {
      const { name, mac } = wanted.value.network.primary;
      return [fine(name, `is the primary (${mac})`)];
    }
    if (wanted.problem.code !== 'no-primary') return [unknown(machine, whyUnknown(wanted.problem))];
    const mac = instance.ok ? instance.value.primaryMac : wanted.problem.place;
    const advice =
      'is this metadata of this machine? A changed MAC (`ip link`) or a saved file of another instance looks like this; enid changes nothing';
    return [wrong(mac, 'no link has the MAC of the primary', advice)];
  },
};

/** What is known of a machine whose stack cannot be told is not enough to write its files. */
export const stack: Check = {
  name: 'stack',
  judge: ({ stack: found, config }) => {
    if (found.ok && found.value.id === 'none' && config.stack !== 'none') {
      const advice =
        'enid sets everything with `ip` while it runs; is it really so? `enid detect` tells what was looked at';
      return [warning(machine, 'no network service is in charge that enid knows', advice)];
    }
    return known(found, (one) => [fine(machine, `${one.id}, ${one.format}`)]);
  },
};
