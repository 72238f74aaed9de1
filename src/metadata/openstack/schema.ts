import * as z from 'zod';
import { identifier, optional } from '../instance-fields.ts';
import { documents } from './documents.ts';
import { link } from './link.ts';
import { dnsServers, network } from './network.ts';

/**
 * network_data.json (nova, doc/api_schemas/network_data.json) and meta_data.json as the clouds of the family write them,
 * read into our types. Keys that the vendors add (Huawei's `qos`) are passed over; what is taken is checked.
 */
export const tree = z.object({
  asOf: optional(z.literal('boot')),
  [documents.network]: z.object(
    {
      links: optional(z.array(link)),
      networks: optional(z.array(network)),
      services: dnsServers,
    },
    { error: 'tells of no network (yet)' },
  ),
  [documents.instance]: optional(z.object({ uuid: optional(identifier) })),
});
