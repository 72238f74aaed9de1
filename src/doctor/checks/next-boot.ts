import { all, type Check, fine, known, machine, orFine, unknown, warning, whyUnknown } from '../diagnosis.ts';
import { nicsOf } from '../nics.ts';
import { agents as table } from '../tables/agents.ts';

/** cloud-init writes the files of every NIC at boot; enid's win, so switching that off is offered and never done. */
export const cloudInit: Check = {
  name: 'cloud-init',
  judge: (found) =>
    known(
      all({ cloudInit: found.cloudInit, nics: nicsOf(found) }),
      ({ cloudInit: { installed, keptOff }, nics }) => {
        const secondaries = nics.filter((nic) => nic.role === 'secondary');
        if (!installed) return [fine(machine, 'is not installed')];
        if (keptOff !== null) return [fine(machine, `does not configure the network (${keptOff})`)];
        if (secondaries.length === 0) return [fine(machine, 'there is no secondary')];
        const names = secondaries.map((nic) => nic.link.name).join(', ');
        const advice =
          'enid’s files win over it at every boot, so nothing need be done; to switch it off, which leaves the primary’s file as it is now: ' +
          "`echo 'network: {config: disabled}' > /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg`";
        return [warning(machine, `writes configuration for ${names} too at the next boot`, advice)];
      },
    ),
};

/** Other agents that configure NICs by themselves. */
export const agents: Check = {
  name: 'agents',
  judge: ({ agents: found }) =>
    known(found, (list) =>
      orFine(
        list.map(({ id, acts, where }) => {
          const agent = table.find((row) => row.id === id);
          const title = agent?.title ?? id;
          if (!acts.ok) return unknown(title, `is installed (${where}); ${whyUnknown(acts.problem)}`);
          if (!acts.value) return fine(title, `is installed (${where}) and switched off`);
          return warning(title, `${agent?.does ?? 'configures NICs'} (${where})`, agent?.advice ?? '');
        }),
        machine,
        'none is installed',
      ),
    ),
};

/** Profiles that NetworkManager made up for a NIC that had none ("Wired connection 1"). */
export const automaticProfile: Check = {
  name: 'automatic-profile',
  judge: (found) =>
    known(all({ profiles: found.automatic, nics: nicsOf(found) }), ({ profiles, nics }) => {
      const secondaries = nics.filter((nic) => nic.role === 'secondary').map((nic) => nic.link.name);
      const verdicts = profiles
        .filter(({ device }) => secondaries.includes(device))
        .map(({ profile, device }) =>
          warning(
            device,
            `runs with "${profile}", which adds a default route and claims it at the next boot`,
            `\`enid reconfigure\` brings up enid’s profile; for good: \`no-auto-default=*\` in [main] of /etc/NetworkManager/conf.d/90-no-auto-default.conf`,
          ),
        );
      return orFine(verdicts, machine, 'none in use');
    }),
};

/** Rules of udev that tie a NIC's name to a MAC: stale ones come with a cloned image, and shift all names. */
export const namePins: Check = {
  name: 'name-pins',
  judge: (found) =>
    known(all({ pins: found.pins, kernel: found.kernel }), ({ pins, kernel }) => {
      const verdicts = pins.flatMap(({ path, mac, name }) => {
        const holder = kernel.links.find((link) => link.name === name);
        const link = kernel.links.find((entry) => entry.mac === mac);
        if (holder?.mac === mac) return [];
        const advice = `remove its line: \`sed -i.bak '/${mac}/Id' ${path}\``;
        if (link !== undefined)
          return [warning(path, `calls ${link.name} ${name} at the next boot (${mac})`, advice)];
        const whose =
          holder === undefined
            ? 'so that the next NIC gets another name'
            : `which now has another MAC (${holder.mac})`;
        return [warning(path, `keeps the name ${name} for ${mac}, which is not here, ${whose}`, advice)];
      });
      return orFine(verdicts, machine, `${pins.length} rules`);
    }),
};
