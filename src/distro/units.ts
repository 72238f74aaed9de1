/** What systemd says of one unit. */
export interface UnitState {
  /** Its main name: an alias such as network.service tells here whom it stands for. */
  readonly id: string;
  /** False where systemd has no such unit. */
  readonly loaded: boolean;
  /** Running, or on its way up. */
  readonly active: boolean;
  /** Started at boot, as far as systemd knows; SysV scripts of old versions have no word for it. */
  readonly enabled: boolean;
}

/** The units that decide which stack is in charge. */
export const networkUnits = [
  'NetworkManager.service',
  'systemd-networkd.service',
  'network.service',
  'wickedd.service',
  'networking.service',
] as const;
export type NetworkUnit = (typeof networkUnits)[number];

/** One question for all of them; every systemd since 183 knows these properties (`-p` once each: lists came later). */
export const unitsQuery: readonly string[] = [
  'systemctl',
  'show',
  ...['Id', 'LoadState', 'ActiveState', 'UnitFileState'].flatMap((property) => ['-p', property]),
  ...networkUnits,
];

export type UnitStates = ReadonlyMap<NetworkUnit, UnitState>;

/**
 * Reads the answer to {@link unitsQuery}: one block a unit in the order asked, blank lines between. Null where there are
 * not as many blocks as units: then it is no answer.
 */
export function parseUnits(output: string): UnitStates | null {
  const blocks = output
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
  if (blocks.length !== networkUnits.length) return null;
  return new Map(networkUnits.map((name, index) => [name, parseUnit(blocks[index] ?? '')]));
}

function parseUnit(block: string): UnitState {
  const fields = new Map(
    block.split('\n').map((line) => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1).trim()] as const;
    }),
  );
  return {
    id: fields.get('Id') ?? '',
    loaded: fields.get('LoadState') === 'loaded',
    active: ['active', 'activating', 'reloading'].includes(fields.get('ActiveState') ?? ''),
    enabled: (fields.get('UnitFileState') ?? '').startsWith('enabled'),
  };
}
