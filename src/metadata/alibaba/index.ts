import type { Provider } from '../provider.ts';
import { openClient } from './client.ts';
import { endpoints } from './endpoints.ts';
import { openAlibaba } from './fetch.ts';
import { parseAlibaba } from './parse.ts';

/**
 * Alibaba Cloud ECS. Its servers carry the product name `Alibaba Cloud ECS` (also what cloud-init's ds-identify and
 * DataSourceAliYun go by).
 */
export const alibaba: Provider = {
  id: 'alibaba',
  title: 'Alibaba Cloud ECS',
  endpoint: endpoints.ipv4,
  services: [endpoints.ipv6],
  detect(dmi) {
    const found = dmi.get('product_name');
    if (found !== 'Alibaba Cloud ECS') return null;
    return { what: '/sys/class/dmi/id/product_name', found, means: 'a server of Alibaba Cloud' };
  },
  open: openAlibaba,
  parse: parseAlibaba,
  instanceType(context, budget) {
    const client = openClient(context, context.endpoint ?? endpoints.ipv4);
    return client.get('/latest/meta-data/instance/instance-type', budget);
  },
};
