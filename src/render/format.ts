import type { Family } from '../model/address.ts';
import type { ConnectedPlace, DesiredNetwork, Method } from '../model/desired.ts';
import type { RenderedFile } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import type { Problem } from '../model/problem.ts';
import type { RuleForms } from '../model/rule-forms.ts';
import type { FormatId, Stack } from '../model/stack.ts';

/** One kind of network configuration files: a folder here, a folder in `templates/`, a line in the registry. */
export interface Format {
  readonly id: FormatId;
  /** Where this format, as the given stack's versions understand it, can keep a secondary's connected route. */
  connected(stack: Stack, method: Method, family: Family): ConnectedPlace;
  /** Which policy rules this format, as the given stack's versions understand it, can keep. */
  ruleForms(stack: Stack): RuleForms;
  /** What to write: which template, to which path, with which view. Pure. */
  files(network: DesiredNetwork, stack: Stack, options: RenderOptions): readonly TemplateUse[];
  /**
   * Reads back what a template made, the way the consumer would, before it may be written: an unknown key,
   * a second section, a stray line, a missing marker is a problem that names the template. Empty: fine.
   */
  check(file: RenderedFile): readonly Problem[];
}

export interface TemplateUse {
  /** Below `templates/`, e.g. `netplan/interface.yaml.liquid`. */
  readonly template: string;
  readonly path: string;
  readonly mode: number;
  readonly mac: Mac | null;
  /** Plain data; every name a template uses is present (strict variables), flags are booleans. */
  readonly view: Readonly<Record<string, unknown>>;
}

export interface RenderOptions {
  /** Take DNS servers from a secondary's lease. */
  readonly dns: boolean;
}
