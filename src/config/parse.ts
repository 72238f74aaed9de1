import type * as z from 'zod';
import type { Config } from '../model/config.ts';
import { printable } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import { defaultConfig } from './defaults.ts';
import { type ConfigDocument, type Fault, readDocument, refusal } from './document.ts';
import { nearest } from './nearest.ts';
import { type ConfigFile, configFile, validVlanKeys } from './schema.ts';
import { vlanFaults } from './vlans.ts';

/**
 * Reads the text of a configuration file. Every fault is reported at once: the place is `file:line:column`, the
 * message names the key, the advice says what is allowed. Errors: `config-invalid`, with further faults in `also`.
 */
export function parseConfig(text: string, path: string): Result<Config> {
  const document = readDocument(text, path);
  if (!document.ok) return document;
  if (document.value.value === null) return ok(defaultConfig);
  const parsed = configFile.safeParse(document.value.value);
  const issues = parsed.success ? [] : parsed.error.issues;
  const faults = [
    ...issues.flatMap((issue) => faultsOf(issue, document.value)),
    ...inconsistencies(document.value),
  ];
  return parsed.success && faults.length === 0 ? ok(configOf(parsed.data)) : refusal(path, faults);
}

function faultsOf(issue: z.core.$ZodIssue, document: ConfigDocument): readonly Fault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(', ');
    return issue.keys.map((unknown) => {
      const at = [...issue.path, unknown];
      const guess = nearest(unknown, known);
      const advice =
        guess === undefined
          ? `known here: ${issue.message}`
          : `did you mean ${keyName([...issue.path, guess])}?`;
      return fault(document, at, `unknown key ${keyName(at)}`, advice);
    });
  }
  return [notAllowed(document, issue.path, issue.message)];
}

function notAllowed(document: ConfigDocument, at: readonly PropertyKey[], allowed: string): Fault {
  const value = valueAt(document.value, at);
  const what = value === undefined ? 'is missing' : `cannot be ${shown(value)}`;
  return fault(document, at, `${keyName(at)} ${what}`, `allowed: ${allowed}`);
}

function fault(document: ConfigDocument, at: readonly PropertyKey[], message: string, advice: string): Fault {
  return { ...document.positionOf(at), message, advice };
}

/** What no single key can say; also beside other faults. */
function inconsistencies(document: ConfigDocument): readonly Fault[] {
  return [...savedMetadata(document), ...marksWithoutTables(document), ...vlansTogether(document)];
}

function vlansTogether(document: ConfigDocument): readonly Fault[] {
  const at = ['interfaces', 'vlans'];
  const list = valueAt(document.value, at);
  if (!Array.isArray(list)) return [];
  const faults = vlanFaults(list.map(validVlanKeys));
  return faults.map(({ path, allowed }) => notAllowed(document, [...at, ...path], allowed));
}

function savedMetadata(document: ConfigDocument): readonly Fault[] {
  const file = valueAt(document.value, ['metadata', 'file']) ?? null;
  if (valueAt(document.value, ['provider']) !== 'file' || file !== null) return [];
  const advice = 'set metadata.file to a saved `enid metadata --json`';
  return [fault(document, ['provider'], 'provider file needs metadata.file', advice)];
}

function marksWithoutTables(document: ConfigDocument): readonly Fault[] {
  const mode = valueAt(document.value, ['forwarding', 'mode']) ?? valueAt(document.value, ['forwarding']);
  if (mode !== 'symmetric' || valueAt(document.value, ['policy_routing']) !== false) return [];
  const advice = 'set policy_routing: true, or forwarding: follow-main';
  return [fault(document, ['forwarding'], 'forwarding symmetric needs policy routing', advice)];
}

function configOf(file: ConfigFile): Config {
  const { metadata, interfaces } = file;
  return {
    provider: file.provider,
    stack: file.stack,
    format: file.format,
    metadata: {
      endpoint: metadata.endpoint,
      file: metadata.file,
      timeout: metadata.timeout,
      poll: metadata.poll,
      token: metadata.token,
      agreeingReads: metadata.agreeing_reads,
    },
    interfaces: {
      exclude: interfaces.exclude,
      include: interfaces.include,
      managePrimary: interfaces.manage_primary,
      vlans: interfaces.vlans,
      addresses: interfaces.addresses,
    },
    addressing: file.addressing,
    defaultRoute: file.default_route,
    policyRouting: file.policy_routing,
    forwarding: file.forwarding,
    tableBase: file.table_base,
    dns: file.dns,
    sysctl: file.sysctl,
    activation: file.activation,
    rollback: file.rollback,
    conflict: file.conflict,
    metrics: file.metrics,
  };
}

/** `interfaces.vlans[0].mac` */
function keyName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const step of path) {
    if (typeof step === 'number') name += `[${step}]`;
    else name += `${name === '' ? '' : '.'}${printable(String(step))}`;
  }
  return name === '' ? 'the file' : name;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current: unknown = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = new Map<PropertyKey, unknown>(Object.entries(current)).get(String(step));
  }
  return current;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  return typeof value === 'string' ? `"${printable(value)}"` : String(value);
}
