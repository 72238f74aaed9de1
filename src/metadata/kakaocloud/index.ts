import { openstackProvider } from '../openstack/provider.ts';

/**
 * KakaoCloud. What its servers carry in the firmware's tables is not public, so that it is never recognised by itself:
 * where OpenStack's names are in them, as its software lets expect, a server is taken for `openstack`, which reads the
 * same. `provider: kakaocloud` gives it its own name.
 */
export const kakaocloud = openstackProvider({
  id: 'kakaocloud',
  title: 'KakaoCloud',
  machine: 'a server of KakaoCloud',
  marks: {},
});
