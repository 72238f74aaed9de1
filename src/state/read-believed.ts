import { addressBits, type Family, parseAddress, parsePrefix } from '../model/address.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import { parseMac } from '../model/mac.ts';
import { boolean, type Decode, list, literal, nullable, object, parsed, text, whole } from './decode.ts';

// The form of `enid metadata --json` as saveState writes it: every key present but those that are only said where they are so. What a person may hand in
// (`render --metadata`) is read by a more lenient reader of the metadata stage.

const identifier = text(/^[\x21-\x7e]{1,128}$/);
const linkName = text(/^[A-Za-z0-9][\w.@-]{0,14}$/);
const mac = parsed(parseMac);
const anyAddress = parsed((value, place) => parseAddress(value, place));

function family(name: Family): Decode<InstanceFamily> {
  const address = parsed((value, place) => parseAddress(value, place, name));
  const prefix = parsed((value, place) => parsePrefix(value, place, name));
  return object(
    {
      dhcp: boolean,
      addresses: nullable(list(address)),
      prefixLength: nullable(whole(0, addressBits[name])),
      subnet: nullable(prefix),
      gateway: nullable(address),
      prefixes: nullable(list(prefix)),
    },
    { routes: list(object({ destination: prefix, via: address })) },
  );
}

const nic: Decode<InstanceInterface> = object(
  {
    mac,
    name: nullable(linkName),
    id: nullable(identifier),
    primary: boolean,
    mtu: nullable(whole(68, 65_535)),
    ipv4: family('ipv4'),
    ipv6: family('ipv6'),
    vlan: nullable(object({ parentMac: mac, id: whole(1, 4094) })),
  },
  { bond: object({ members: list(mac) }) },
);

/** The metadata that was believed last. Errors: `state-corrupt`, `bad-mac`, `bad-address`, `bad-prefix`. */
export const readBelieved: Decode<InstanceNetwork> = object(
  {
    schema: literal(1),
    cloud: identifier,
    instanceId: nullable(identifier),
    primaryMac: mac,
    dns: list(anyAddress),
    interfaces: list(nic),
  },
  { asOf: literal('boot') },
);
