import { type Stack, versionAtLeast } from './stack.ts';

/** Which forms of policy rules a stack can keep: its files are read by a consumer, and the kernel applies them. */
export interface RuleForms {
  /**
   * `from 0.0.0.0/32` matches a route lookup that has no source yet, and `::/1` is a prefix like any other. False: the
   * consumer drops a prefix of zeroes, and the rule would match every packet.
   */
  readonly unspecifiedSource: boolean;
  /** `suppress_prefixlength`. */
  readonly suppressPrefixLength: boolean;
}

/** What `ip rule` itself takes. `suppress_prefixlength` came with Linux 3.12, and with iproute2 of that version. */
export function formsOfIp({ versions }: Pick<Stack, 'versions'>): RuleForms {
  return { unspecifiedSource: true, suppressPrefixLength: versionAtLeast(versions.kernel, 3, 12) };
}
