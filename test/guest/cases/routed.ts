import { expect, test } from 'vitest';
import { behindPeer, openBehindPeer } from '../../lab/behind-peer.ts';
import { expectAllWell, type Scene } from '../scene.ts';

/** Needs eth1, and a cloud that tells of a network behind another gateway of its subnet. */
export function routed(scene: Scene): void {
  test('what lies behind another gateway of its subnet is answered by way of that', async () => {
    const { subnet, ipv4 } = scene.nic('eth1');
    const [own = ''] = ipv4;
    const host = behindPeer(subnet);
    const peer = await openBehindPeer(scene.vpc, subnet);

    const way = await scene.guest.must(`ip route get ${host} from ${own}`);

    expect(way).toContain(`via ${subnet.peer4} dev eth1 table 21001`);
    expect((await peer.run(['ping', '-c', '1', '-w', '5', '-I', host, own])).code).toBe(0);
    await expectAllWell(scene);
  });
}
