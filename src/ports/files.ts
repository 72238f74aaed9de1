import type { Result } from '../model/problem.ts';

export interface FileContent {
  readonly bytes: Uint8Array;
  /** Permission bits only. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Who can change what stands at a path. */
export interface Ownership {
  /** On this machine: with `--root`. */
  readonly path: string;
  /** Permission bits only. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** The user and group that enid runs as. */
  readonly runner: { readonly uid: number; readonly gid: number };
}

/** The largest file that is read where nothing else is said, in bytes: nothing that enid reads comes near it. */
export const largestFile = 16 * 1024 * 1024;

export interface Drained {
  readonly removed: number;
  /** Why an entry could not be removed (the name of the errno); null: none is left. */
  readonly left: string | null;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

/**
 * How every temporary file of `Files.write` is named; what a crash leaves behind is known by it. A dot-name,
 * because network services read any other name beside their files.
 */
export const temporaryPrefix = '.enid-tmp-';

/**
 * The file system. Every path is absolute and, except below /proc and /sys, prefixed with `--root`.
 * `null` means ENOENT (or ENOTDIR) and nothing else: any other failure is `file-unreadable` or `file-unwritable`.
 */
export interface Files {
  /**
   * Regular files of at most `most` bytes (absent: {@link largestFile}); a larger one is `file-too-large`, anything else is
   * `file-not-regular` and not even opened. A link to /dev/null is an empty file.
   */
  read(path: string, most?: number): Promise<Result<FileContent | null>>;
  /** As `read`; UTF-8: other bytes are `file-unreadable`. */
  readText(path: string, most?: number): Promise<Result<string | null>>;
  /** Sorted by name. */
  list(directory: string): Promise<Result<readonly DirectoryEntry[] | null>>;
  /** Follows links. */
  kind(path: string): Promise<Result<DirectoryEntry['kind'] | null>>;
  /**
   * Of the file, links followed, then of every directory that the name, or a link that it leads to, stands in.
   */
  owners(path: string): Promise<Result<readonly Ownership[] | null>>;
  /** The target of a symbolic link, made absolute; null where there is none. */
  linkTarget(path: string): Promise<Result<string | null>>;
  /**
   * Replaces the whole file or leaves it as it was, also across a power cut: temporary dot-file in the same
   * directory, owner (default: this process) and mode, fsync, SELinux label where there is one, rename, fsync of the
   * directory. A link at `path` is replaced, not followed.
   * Missing parent directories are made (0755, below /var/lib/enid and /run/enid 0700).
   */
  write(
    path: string,
    bytes: Uint8Array | string,
    attributes: { mode: number; uid?: number; gid?: number },
  ): Promise<Result<void>>;
  /**
   * Makes a whole file at once, unless something is at the path already: false then. Not fsynced: for locks below /run.
   */
  create(path: string, text: string, mode: number): Promise<Result<boolean>>;
  /** Appends and fsyncs. */
  append(path: string, text: string): Promise<Result<void>>;
  /** Writes in place, for /proc/sys and /sys only. */
  poke(path: string, text: string): Promise<Result<void>>;
  /** Removes a file, a link or an empty directory and fsyncs what held it; already gone is fine. */
  remove(path: string): Promise<Result<void>>;
  rename(from: string, to: string): Promise<Result<void>>;
  makeDirectory(path: string, mode: number): Promise<Result<void>>;
  /** Removes a directory and all below it; already gone is fine. */
  removeTree(path: string): Promise<Result<void>>;
  /**
   * Removes everything in a directory but the directories in it, whatever bytes the names hold; nothing is opened or followed.
   * `onName` gets each name that went. Takes no more memory for many entries than for one.
   */
  drain(directory: string, onName: (name: string) => void): Promise<Result<Drained | null>>;
  /**
   * Calls `onChange` with the path whenever one of the paths (files or directories, now or later) changes; ends with `stop`.
   * From `ready` on nothing is missed.
   */
  watch(
    paths: readonly string[],
    onChange: (path: string) => void,
  ): { readonly ready: Promise<void>; stop(): Promise<void> };
  /**
   * Calls `onChange` whenever an entry of the directory is made, changed or removed, also where the directory is made later.
   * What lies in it is neither read nor watched itself.
   */
  watchEntries(
    directory: string,
    onChange: () => void,
  ): { readonly ready: Promise<void>; stop(): Promise<void> };
}
