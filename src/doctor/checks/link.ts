import { type Check, fine, known, wrong } from '../diagnosis.ts';
import { mendedBy, nicsOf } from '../nics.ts';

/** A NIC that is DOWN is of no use, and neither is one without carrier ("Step 1: Verify ENI activation"). */
export const link: Check = {
  name: 'link',
  judge: (found) =>
    known(nicsOf(found), (nics) =>
      nics.map((nic) => {
        const { name, up, carrier } = nic.link;
        if (!up) return wrong(name, 'is DOWN', mendedBy(nic, `ip link set ${name} up`));
        if (carrier) return fine(name, 'is UP');
        const advice =
          'the cloud has not connected it: detach and bind it again; `ip link` shows LOWER_UP when it has';
        return wrong(name, 'is up without carrier', advice);
      }),
    ),
};
