import type { Address } from './address.ts';
import type { Mac } from './mac.ts';
import type { FormatId, StackId } from './stack.ts';

/** /etc/enid/config.yaml with every default filled in. Durations are milliseconds. */
export interface Config {
  /** A registered provider's id, `file`, or `auto`. */
  readonly provider: string;
  readonly stack: StackId | 'auto';
  readonly format: FormatId | 'auto';
  readonly metadata: {
    /** e.g. `http://100.100.100.200`; null: the provider's own. */
    readonly endpoint: string | null;
    /** The saved `enid metadata --json` that provider `file` reads. */
    readonly file: string | null;
    readonly timeout: number;
    readonly poll: number;
    readonly token: 'auto' | 'always' | 'never';
    readonly agreeingReads: number;
  };
  readonly interfaces: {
    /** Names as globs, MACs or interface ids. */
    readonly exclude: readonly string[];
    readonly include: readonly string[];
    readonly managePrimary: boolean;
    readonly vlans: readonly ConfiguredVlan[];
    readonly addresses: ReadonlyMap<Mac, readonly AddressWithLength[]>;
  };
  readonly addressing: 'auto' | 'dhcp' | 'static';
  readonly defaultRoute: 'no' | 'metric';
  readonly policyRouting: boolean;
  readonly forwarding: ForwardingConfig;
  readonly tableBase: number;
  readonly dns: boolean;
  readonly sysctl: 'auto' | 'no';
  readonly activation: 'auto' | 'scoped' | 'service' | 'none';
  readonly rollback: { readonly timeout: number; readonly probe: readonly ('gateway' | 'metadata')[] };
  readonly conflict: 'skip' | 'adopt';
  readonly metrics: { readonly textfile: string | null };
}

/** How replies of forwarded connections are routed. */
export interface ForwardingConfig {
  /** `follow-main`: by table main. `symmetric`: by the NIC that the connection came in by. */
  readonly mode: 'follow-main' | 'symmetric';
  /** The bits of the packet mark and of the connection mark that `symmetric` uses; 1 to 0xffffffff. */
  readonly mask: number;
}

export interface AddressWithLength {
  readonly address: Address;
  readonly length: number;
}

export interface ConfiguredVlan {
  /** Name, MAC or interface id of the parent NIC. */
  readonly parent: string;
  readonly id: number;
  readonly mac: Mac;
  readonly addresses: readonly AddressWithLength[];
  readonly gateway: Address | null;
}
