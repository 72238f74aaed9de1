import { huaweiDocuments } from '../lab/huawei-documents.ts';
import type { VpcWish } from '../lab/vpc.ts';

/** The cloud that a guest is a server of. */
export interface Cloud {
  /** What enid calls it. */
  readonly id: 'alibaba' | 'huawei' | 'kakaocloud';
  /** What stands in the firmware's tables, as qemu's -smbios takes it. */
  readonly firmware: readonly string[];
  /** What its metadata says beyond Alibaba Cloud's, which is always served. */
  readonly documents?: VpcWish['documents'];
  /** What an operator writes into enid's configuration there. */
  readonly config: string;
  /** Its metadata tells what lies behind other gateways of a subnet than the default's. */
  readonly tellsRoutes: boolean;
}

const openstack = 'type=1,manufacturer=OpenStack Foundation,product=OpenStack Nova';

export const alibaba: Cloud = {
  id: 'alibaba',
  firmware: ['type=1,manufacturer=Alibaba Cloud,product=Alibaba Cloud ECS'],
  config: '',
  tellsRoutes: false,
};

/** Its metadata tells neither addresses nor gateways. */
export const huawei: Cloud = {
  id: 'huawei',
  firmware: [openstack, 'type=3,manufacturer=QEMU,asset=HUAWEICLOUD'],
  documents: huaweiDocuments,
  config: '',
  tellsRoutes: false,
};

/** Everything is static, and of each NIC the first address alone is told. */
export const kakaocloud: Cloud = {
  id: 'kakaocloud',
  firmware: [openstack],
  config: 'provider: kakaocloud\n',
  tellsRoutes: true,
};
