import { alibaba } from './alibaba/index.ts';
import { savedFile } from './file/index.ts';
import { huawei } from './huawei/index.ts';
import { kakaocloud } from './kakaocloud/index.ts';
import { openstack } from './openstack/index.ts';
import type { Provider } from './provider.ts';

/** Every provider, one line each, and its id in src/model/provider.ts. Where several recognise a machine the first one wins. */
export const providers: readonly Provider[] = [alibaba, huawei, kakaocloud, openstack, savedFile];
