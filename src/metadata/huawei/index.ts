import { openstackProvider } from '../openstack/provider.ts';

/**
 * Huawei Cloud, ECS and BMS, and Open Telekom Cloud, which runs the same software. Its servers name it in the asset tag
 * (also what cloud-init's ds-identify goes by), beside OpenStack's names.
 */
export const huawei = openstackProvider({
  id: 'huawei',
  title: 'Huawei Cloud',
  machine: 'a server of Huawei Cloud',
  marks: { chassis_asset_tag: ['HUAWEICLOUD', 'OpenTelekomCloud'] },
});
