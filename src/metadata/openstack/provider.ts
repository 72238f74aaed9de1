import { type Dmi, type DmiField, dmiDirectory, dmiFields } from '../dmi.ts';
import type { Provider } from '../provider.ts';
import { openOpenstack } from './fetch.ts';
import { parseOpenstack } from './parse.ts';
import { readInstanceType } from './service.ts';

/** What tells the clouds of the family apart; everything else they share. */
export interface OpenstackCloud {
  readonly id: string;
  readonly title: string;
  /** What a machine with one of its marks is, for people. */
  readonly machine: string;
  /** Words of which one stands in the field on every server of the cloud; a field that is left out says nothing. */
  readonly marks: { readonly [Field in DmiField]?: readonly string[] };
}

/** nova's metadata service (nova, user/metadata.rst); the same on Huawei Cloud ("Obtaining ECS Details Using Metadata"). */
const endpoint = 'http://169.254.169.254';

/** A cloud that speaks OpenStack's metadata: network_data.json, from its service or from a config drive. */
export function openstackProvider({ id, title, machine, marks }: OpenstackCloud): Provider {
  return {
    id,
    title,
    endpoint,
    detect(dmi) {
      const field = dmiFields.find((one) => (marks[one] ?? []).includes(wordIn(dmi, one)));
      if (field === undefined) return null;
      return { what: `${dmiDirectory}/${field}`, found: wordIn(dmi, field), means: machine };
    },
    open: (context) => openOpenstack(context, context.endpoint ?? endpoint),
    parse: (raw) => parseOpenstack(raw, id),
    instanceType: (context, budget) => readInstanceType(context, context.endpoint ?? endpoint, budget),
  };
}

function wordIn(dmi: Dmi, field: DmiField): string {
  return dmi.get(field) ?? '';
}
