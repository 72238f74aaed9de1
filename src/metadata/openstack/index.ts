import { openstackProvider } from './provider.ts';

/**
 * Any OpenStack. Nova's servers carry one of these names as product name or asset tag, SAP's the last one as asset tag
 * (also what cloud-init's ds-identify and DataSourceOpenStack go by).
 */
const names: readonly string[] = ['OpenStack Nova', 'OpenStack Compute', 'SAP CCloud VM'];

export const openstack = openstackProvider({
  id: 'openstack',
  title: 'OpenStack',
  machine: 'a server of an OpenStack cloud',
  marks: { product_name: names, chassis_asset_tag: names },
});
