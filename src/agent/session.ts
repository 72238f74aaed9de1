import { type MetadataSession, openMetadata } from '../metadata/session.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { Mac } from '../model/mac.ts';
import type { Problem } from '../model/problem.ts';
import type { RunReport } from '../model/run.ts';
import type { Distro, Evidence, Stack } from '../model/stack.ts';
import type { TemplateSource } from '../render/templates.ts';

/** The system as it was found out: asked once for the life of a process, and again when the stack's services change. */
export interface Detected {
  readonly distro: Distro;
  readonly stack: Stack;
  readonly evidence: readonly Evidence[];
}

/** What one process remembers from run to run. A one-shot command starts with an empty one. */
export interface Session {
  readonly metadata: MetadataSession;
  readonly templates: TemplateSource;
  /** How this program is started again (`enid rollback --take-over`): the runtime and the script. */
  readonly self: readonly string[];
  /** MACs of links whose removal the kernel reported to this process. */
  readonly removed: Set<Mac>;
  /** By link name, when the kernel last reported that it went down, lost its carrier or vanished (monotonic milliseconds). */
  readonly linkLosses: Map<string, number>;
  /** Repairs of the last minutes, by what was repaired: more than three in ten minutes are contested. */
  readonly repairs: Map<string, readonly number[]>;
  /** When a NIC without its lease was last taken up, and how often. */
  readonly attempts: Map<Mac, { readonly tries: number; readonly at: number }>;
  /** How often a plan was put back for being slow, and when the last time, by its digest. */
  readonly setbacks: Map<string, { readonly tries: number; readonly at: number }>;
  detected: Detected | null;
  /** The metadata as the last run read it, if that run left nothing to wait for. */
  settled: InstanceNetwork | null;
  /** Why the metadata could not be read the last time; null when it was. */
  unread: Problem | null;
  /** Something that the metadata stopped listing waits for a read that agrees. */
  awaiting: boolean;
  /** The last run. */
  report: RunReport | null;
}

/** A session with nothing in it yet. */
export function openSession(templates: TemplateSource, self: readonly string[]): Session {
  return {
    metadata: openMetadata(),
    templates,
    self,
    removed: new Set(),
    linkLosses: new Map(),
    repairs: new Map(),
    attempts: new Map(),
    setbacks: new Map(),
    detected: null,
    settled: null,
    unread: null,
    awaiting: false,
    report: null,
  };
}
