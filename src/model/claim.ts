/** Somebody else configures this NIC: it is left alone (design section 4). */
export interface Claim {
  readonly by: 'person' | 'cni';
  /** The file, profile or setting that says so. */
  readonly where: string;
  /** Why the file keeps this NIC from being configured, where that is not because it configures it. A clause. */
  readonly why?: string;
  /** Of a person: every file that speaks of the NIC; `where` is the first. */
  readonly files?: readonly ClaimedFile[];
}

export interface ClaimedFile {
  readonly path: string;
  /** It configures this NIC and nothing else, so that whoever takes the NIC over may remove it. */
  readonly whole: boolean;
}

/**
 * Why a NIC that a person configures cannot be taken over (`conflict: adopt`): a sentence with the file that holds more than
 * this NIC. Null where nothing is in the way: then {@link Claim.files} may all be removed, after a backup.
 */
export function adoptionObstacle({ files = [] }: Claim): string | null {
  const shared = files.find((file) => !file.whole);
  return shared === undefined
    ? null
    : `${shared.path} configures more than this NIC, or is a link: take the NIC out of it by hand`;
}
