import { expect, it } from 'vitest';
import { asksOtherwise } from './asking.ts';
import { file, nic } from './testdata/change.ts';

/** A file of eth1 that is rewritten. */
function rewritten(before: string, after: string) {
  const changed = file('/etc/file', nic(1), 'replace', after);
  return { ...changed, before: { bytes: Buffer.from(before), mode: 0o600, uid: 0, gid: 0 } };
}

it.each([
  ['iface eth1 inet dhcp\n    pre-up true\n', 'iface eth1 inet static\n    address 10.0.1.20\n'],
  ['iface eth1 inet manual\n    up dhcpcd -4 eth1\n', 'iface eth1 inet static\n'],
  ['      dhcp4: true\n      dhcp6: false\n', '      dhcp4: false\n      dhcp6: false\n'],
  ['[Network]\nDHCP=ipv4\n', '[Network]\nDHCP=no\n'],
  ['[Network]\nDHCP=ipv4\n', '[Network]\nDHCP=yes\n'],
  ['[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=manual\n', '[ipv4]\nmethod=manual\n\n[ipv6]\nmethod=manual\n'],
  ['BOOTPROTO=dhcp\n', 'BOOTPROTO=none\n'],
  ["BOOTPROTO='dhcp4'\n", "BOOTPROTO='static'\n"],
])('sees that a lease is asked for no more, or again: %j and %j', (leased, set) => {
  expect(asksOtherwise([rewritten(leased, set)])).toBe(true);
  expect(asksOtherwise([rewritten(set, leased)])).toBe(true);
});

it('sees no more than that', () => {
  const stanza = 'iface eth1 inet dhcp\n    up ip -4 addr replace 10.0.1.21/32 dev eth1 || true\n';
  expect(asksOtherwise([rewritten('iface eth1 inet dhcp\n', stanza)])).toBe(false);
  expect(
    asksOtherwise([rewritten('[Network]\nDHCP=no\n', '[Network]\nDHCP=no\nAddress=10.0.1.20/32\n')]),
  ).toBe(false);
  expect(asksOtherwise([file('/etc/file', nic(1), 'create', 'iface eth1 inet dhcp\n')])).toBe(false);
});
