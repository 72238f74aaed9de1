import type { Mac } from './mac.ts';

/** A file as it should be on disk. */
export interface RenderedFile {
  /** Absolute, without `--root`. */
  readonly path: string;
  readonly text: string;
  /** e.g. 0o600 */
  readonly mode: number;
  /** The NIC it belongs to; null for files that serve all (sysctl). */
  readonly mac: Mac | null;
  /** The template it came from, e.g. `netplan/interface.yaml.liquid`; named in errors. */
  readonly template: string;
}

/** A file of ours as state.json remembers it. */
export interface OwnedFile {
  readonly path: string;
  /** sha256 of the bytes we wrote, hex. */
  readonly digest: string;
  readonly mode: number;
  readonly mac: Mac | null;
}

/** What to do with one path. `before` is what the disk held when the plan was made. */
export interface FileChange {
  readonly path: string;
  readonly action: 'create' | 'replace' | 'remove';
  readonly before: {
    readonly bytes: Uint8Array;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
  } | null;
  readonly after: {
    readonly text: string;
    readonly mode: number;
    /** A backup that comes back: its bytes, which may not be text, instead of `text`; and its owner. */
    readonly original?: { readonly bytes: Uint8Array; readonly uid: number; readonly gid: number };
  } | null;
  readonly mac: Mac | null;
}

/** The first line of every file of ours, in the format's comment syntax. */
export const marker = '# Managed by enid';
