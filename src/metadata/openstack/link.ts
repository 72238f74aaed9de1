import * as z from 'zod';
import type { Mac } from '../../model/mac.ts';
import { identifier, mac, optional } from '../instance-fields.ts';

/** A link of network_data.json. `id` is what networks and other links refer to it by: no name in the server. */
export type Link = {
  readonly id: string;
  /** The port, as the cloud's API knows it. */
  readonly port: string | null;
  readonly mtu: number | null;
} & (
  | { readonly kind: 'nic'; readonly mac: Mac }
  /** Without a MAC of its own it has its first member's, as the kernel gives it (bonding.rst, section 3). */
  | { readonly kind: 'bond'; readonly mac: Mac | null; readonly members: readonly string[] }
  /** Without a MAC of its own it has its parent's. */
  | { readonly kind: 'vlan'; readonly mac: Mac | null; readonly parent: string; readonly tag: number }
);

const reference = z.string().min(1);

/** Services without an MTU write null, and some 0. */
const mtu = optional(z.union([z.literal(0), z.int().min(68).max(65_535)])).transform(
  (value) => value || null,
);

/** Also as text, which some installers write. */
const tag = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value),
  z.int().min(1).max(4094),
);

const common = { id: reference, vif_id: optional(identifier), mtu };

const bond = z
  .object({ ...common, ethernet_mac_address: optional(mac), bond_links: z.array(reference).min(1) })
  .transform(
    (said): Link => ({
      ...base(said),
      kind: 'bond',
      mac: said.ethernet_mac_address,
      members: said.bond_links,
    }),
  );

const vlan = z
  .object({
    ...common,
    vlan_mac_address: optional(mac),
    ethernet_mac_address: optional(mac),
    vlan_link: reference,
    vlan_id: tag,
  })
  .transform(
    (said): Link => ({
      ...base(said),
      kind: 'vlan',
      mac: said.vlan_mac_address ?? said.ethernet_mac_address,
      parent: said.vlan_link,
      tag: said.vlan_id,
    }),
  );

/** Every other type, known (`phy`, `ovs`, `tap`, …), a vendor's own (Huawei's `cascading`) or null, is a NIC by itself. */
const nic = z
  .object({ ...common, ethernet_mac_address: mac })
  .transform((said): Link => ({ ...base(said), kind: 'nic', mac: said.ethernet_mac_address }));

const schemas: Readonly<Record<string, z.ZodType<Link>>> = { bond, vlan };

export const link = z.looseObject({ type: optional(z.string()) }).transform((said, context): Link => {
  const read = (schemas[said.type ?? ''] ?? nic).safeParse(said);
  if (read.success) return read.data;
  for (const issue of read.error.issues) {
    context.addIssue({ code: 'custom', message: issue.message, path: issue.path });
  }
  return z.NEVER;
});

function base(said: {
  readonly id: string;
  readonly vif_id: string | null;
  readonly mtu: number | null;
}): Pick<Link, 'id' | 'port' | 'mtu'> {
  return { id: said.id, port: said.vif_id, mtu: said.mtu };
}
