import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { checkLeaseRoutes } from '../lease-routes.ts';
import { checkSections, key, type SectionRule } from '../sections.ts';
import { shape, whole } from '../shapes.ts';

const yesNo = /^(yes|no)$/;
const number = whole(shape.number);

/** Nothing of an advertisement may come into main, nor an address of it be made. */
export const advertised: SectionRule = {
  keys: [
    key('RouteTable', number),
    key('UseAutonomousPrefix', /^no$/),
    key('UseDNS', /^no$/),
    key('UseDomains', /^no$/),
    key('UseMTU', yesNo),
  ],
  needs: ['RouteTable', 'UseAutonomousPrefix'],
};

export const routingPolicyRule: SectionRule = {
  repeats: true,
  keys: [
    key('From', whole(shape.prefix)),
    key('To', whole(shape.prefix)),
    key('Table', number),
    key('SuppressPrefixLength', number),
    key('Priority', number),
  ],
  needs: ['Table', 'Priority'],
};

/** The keys of systemd.network(5), 219 to 257, that a secondary may carry. */
const networkFile: Readonly<Record<string, SectionRule>> = {
  Match: {
    keys: [key('MACAddress', whole(shape.mac)), key('Name', whole(shape.link)), key('Type', /^ether$/)],
  },
  Link: { keys: [key('MTUBytes', number), key('RequiredForOnline', yesNo)] },
  Network: {
    keys: [
      key('DHCP', /^(yes|no|ipv4|ipv6)$/),
      key('LinkLocalAddressing', /^(yes|no|ipv4|ipv6)$/),
      key('IPv6AcceptRA', yesNo),
      key('IPv6AcceptRouterAdvertisements', yesNo),
      key('KeepConfiguration', /^(no|static|dhcp|dhcp-on-stop)$/),
      key('Address', whole(shape.prefix), true),
      key('VLAN', whole(shape.link), true),
      key('LLDP', yesNo),
      key('LLMNR', yesNo),
      key('MulticastDNS', yesNo),
    ],
    needs: ['DHCP'],
  },
  DHCPv4: dhcp4(),
  DHCP: dhcp4(),
  DHCPv6: {
    keys: [
      key('WithoutRA', /^solicit$/),
      key('IAID', number),
      key('UseDNS', yesNo),
      key('UseNTP', /^no$/),
      key('UseHostname', /^no$/),
    ],
  },
  IPv6AcceptRA: advertised,
  Route: {
    repeats: true,
    keys: [
      key('Destination', whole(shape.prefix)),
      key('Gateway', whole(shape.ip)),
      key('GatewayOnLink', yesNo),
      key('GatewayOnlink', yesNo),
      key('Scope', /^link$/),
      key('PreferredSource', whole(shape.ip)),
      key('Metric', number),
      key('Table', number),
    ],
    needs: ['Destination', 'Table'],
  },
  RoutingPolicyRule: routingPolicyRule,
};

/** Nothing of a lease may come into main, whatever an override says. */
function dhcp4(): SectionRule {
  return {
    keys: [
      key('ClientIdentifier', /^(mac|duid|duid-only)$/),
      key('SendHostname', yesNo),
      key('RouteTable', number),
      key('RouteMetric', number),
      key('UseRoutes', /^no$/),
      key('UseGateway', yesNo),
      key('UseDNS', yesNo),
      key('UseNTP', /^no$/),
      key('UseHostname', /^no$/),
      key('UseDomains', /^no$/),
      key('UseMTU', yesNo),
    ],
    needs: ['UseRoutes'],
  };
}

const netdevFile: Readonly<Record<string, SectionRule>> = {
  NetDev: {
    keys: [key('Name', whole(shape.link)), key('Kind', /^vlan$/), key('MACAddress', whole(shape.mac))],
    needs: ['Name', 'Kind', 'MACAddress'],
  },
  VLAN: { keys: [key('Id', whole('\\d{1,4}'))], needs: ['Id'] },
};

const ipRule = `rule (?:add|del)(?: from ${shape.prefix})?(?: to ${shape.prefix})? lookup \\d+(?: suppress_prefixlength \\d+)? priority \\d+`;
const ipRoute =
  `route replace ${shape.prefix}(?: via ${shape.ip})? dev ${shape.link}(?: src ${shape.ip})? table \\d+` +
  '(?: metric \\d+)?(?: onlink)?';

const unitFile: Readonly<Record<string, SectionRule>> = {
  Unit: {
    keys: [
      key('Description', /^[\x20-\x7e]+$/),
      key('After', /^systemd-networkd\.service$/),
      key('PartOf', /^systemd-networkd\.service$/),
    ],
  },
  Service: {
    keys: [
      key('Type', /^oneshot$/),
      key('RemainAfterExit', /^yes$/),
      key(
        'ExecStart',
        whole(
          `/bin/grep -qix ${shape.mac} /sys/class/net/${shape.link}/address` +
            `|-/usr/lib/systemd/systemd-networkd-wait-online --interface=${shape.link} --timeout=\\d+` +
            `|-/sbin/ip -[46] (?:${ipRoute}|${ipRule})`,
        ),
        true,
      ),
      key('ExecStop', whole(`-/sbin/ip -[46] ${ipRule}`), true),
    ],
    needs: ['Type', 'ExecStart'],
  },
};

const device = `sys-subsystem-net-devices-(?:[A-Za-z0-9_.]|\\\\x2d)+\\.device`;

const vlanUnitFile: Readonly<Record<string, SectionRule>> = {
  Unit: {
    keys: [key('Description', /^[\x20-\x7e]+$/), key('BindsTo', whole(device)), key('After', whole(device))],
    needs: ['BindsTo', 'After'],
  },
  Service: {
    keys: [
      key('Type', /^oneshot$/),
      key('RemainAfterExit', /^yes$/),
      key(
        'ExecStart',
        whole(
          `/bin/grep -qix ${shape.mac} /sys/class/net/${shape.link}/address` +
            `|-/sbin/ip link add link ${shape.link} name ${shape.link} address ${shape.mac} type vlan id \\d{1,4}`,
        ),
        true,
      ),
    ],
    needs: ['Type', 'ExecStart'],
  },
};

const wantsFile: Readonly<Record<string, SectionRule>> = {
  Unit: {
    keys: [key('Wants', whole(`enid-(?:policy|vlan)-${shape.link}\\.service`), true)],
    needs: ['Wants'],
  },
};

/** How a [DHCPv4] section takes the router of the lease, a file what is advertised, and where to. */
const takesGateway = /^UseGateway=yes$/m;
const takesAdvertised = /^\[IPv6AcceptRA\]$/m;
const routeTable = /^RouteTable=(\d+)$/m;

/** A .network, .netdev or unit of ours, read back; a .network must match this NIC and nothing else. */
export function check(file: RenderedFile): readonly Problem[] {
  if (/^\/etc\/systemd\/network\/0-enid-[^/]+\.network$/.test(file.path)) {
    return [...checkSections(file, networkFile), ...checkMatch(file), ...checkTaken(file)];
  }
  if (/^\/etc\/systemd\/network\/0-enid-[^/]+\.netdev$/.test(file.path))
    return checkSections(file, netdevFile);
  if (/^\/etc\/systemd\/system\/enid-policy-[^/]+\.service$/.test(file.path))
    return checkSections(file, unitFile);
  if (/^\/etc\/systemd\/system\/enid-vlan-[^/]+\.service$/.test(file.path))
    return [...checkSections(file, vlanUnitFile), ...checkParentFirst(file)];
  if (/^\/etc\/systemd\/system\/systemd-networkd\.service\.d\/60-enid-[^/]+\.conf$/.test(file.path)) {
    return checkSections(file, wantsFile);
  }
  return [outputProblem(file, 0, 'not a file of the format networkd')];
}

/**
 * What a lease brings goes into a table, and so does what routers advertise: advertisements that are listened to without a word
 * of what becomes of them would set a default in main.
 */
export function checkTaken(file: RenderedFile): readonly Problem[] {
  const listens = /^IPv6Accept(RA|RouterAdvertisements)=yes$/m.test(file.text);
  return [
    ...checkLeaseRoutes(file, takesGateway, routeTable),
    ...checkLeaseRoutes(file, takesAdvertised, routeTable),
    ...(listens && !takesAdvertised.test(file.text)
      ? [outputProblem(file, 0, 'listens to router advertisements, and has no table for them')]
      : []),
  ];
}

/** A unit goes by the parent's name: it tests the MAC before it does anything. */
function checkParentFirst(file: RenderedFile): readonly Problem[] {
  const first = file.text.split('\n').find((line) => line.startsWith('ExecStart='));
  const isTest = first?.startsWith('ExecStart=/bin/grep ') === true;
  return isTest ? [] : [outputProblem(file, 0, 'does not test the MAC of the parent first')];
}

function checkMatch(file: RenderedFile): readonly Problem[] {
  const lines = file.text.split('\n');
  const name = /^\/etc\/systemd\/network\/0-enid-(.+)\.network$/.exec(file.path)?.[1] ?? '';
  const matches = lines.includes(`MACAddress=${file.mac}`) || lines.includes(`Name=${name}`);
  return matches ? [] : [outputProblem(file, 0, `[Match] does not name ${file.mac}`)];
}
