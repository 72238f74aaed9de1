/** Somebody else configures this NIC: it is left alone (design section 4). */
export interface Claim {
  readonly by: 'person' | 'cni';
  /** The file, profile or setting that says so. */
  readonly where: string;
}
