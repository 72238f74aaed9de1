import type { Files } from '../ports/files.ts';

/**
 * The firmware's tables that clouds write their name into. Names as in /sys/class/dmi/id (Linux,
 * drivers/firmware/dmi-id.c). `product_serial` is readable by root only.
 */
export const dmiFields = [
  'sys_vendor',
  'product_name',
  'chassis_asset_tag',
  'chassis_vendor',
  'bios_vendor',
  'product_serial',
] as const;
export type DmiField = (typeof dmiFields)[number];

/** The fields that are there and not empty, trimmed. */
export type Dmi = ReadonlyMap<DmiField, string>;

export const dmiDirectory = '/sys/class/dmi/id';

/**
 * Reads the tables. A field that may not be read (not root) is left out like one that is not there: each cloud
 * is known by a field that everyone may read, and a field less can only mean that no cloud is recognised.
 */
export async function readDmi(files: Pick<Files, 'readText'>): Promise<Dmi> {
  const found = new Map<DmiField, string>();
  for (const field of dmiFields) {
    const text = await files.readText(`${dmiDirectory}/${field}`);
    const value = text.ok ? (text.value ?? '').trim() : '';
    if (value !== '') found.set(field, value);
  }
  return found;
}
