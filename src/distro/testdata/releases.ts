import type { Distro } from '../../model/stack.ts';
import type { Tree } from './machine.ts';

/** A release file as the distribution ships it (shortened to the fields that matter), and who it is. */
export interface ReleaseFixture {
  readonly tree: Tree;
  readonly expected: Pick<Distro, 'id' | 'version' | 'family'>;
}

const rpm = { '/var/lib/rpm/Packages': '' };
const dpkg = { '/var/lib/dpkg/status': '' };
const osRelease = (lines: string): Tree => ({ '/etc/os-release': lines });

function fixture(tree: Tree, id: string, version: string, family: Distro['family']): ReleaseFixture {
  return { tree, expected: { id, version, family } };
}

export const releaseFixtures: Readonly<Record<string, ReleaseFixture>> = {
  'Alibaba Cloud Linux 2': fixture(
    {
      ...rpm,
      ...osRelease(
        'NAME="Alibaba Cloud Linux (Aliyun Linux)"\nVERSION="2.1903 LTS (Hunting Beagle)"\nID="alinux"\nVERSION_ID="2.1903"\nPRETTY_NAME="Alibaba Cloud Linux (Aliyun Linux) 2.1903 LTS (Hunting Beagle)"\n',
      ),
    },
    'alinux',
    '2.1903',
    'rhel',
  ),
  'Alibaba Cloud Linux 3': fixture(
    {
      ...rpm,
      ...osRelease(
        'NAME="Alibaba Cloud Linux"\nID="alinux"\nID_LIKE="rhel fedora centos anolis"\nVERSION_ID="3"\nPLATFORM_ID="platform:al8"\nPRETTY_NAME="Alibaba Cloud Linux 3 (Soaring Falcon)"\n',
      ),
    },
    'alinux',
    '3',
    'rhel',
  ),
  'Alibaba Cloud Linux 4': fixture(
    { ...rpm, ...osRelease('ID="alinux"\nID_LIKE="anolis"\nVERSION_ID="4"\n') },
    'alinux',
    '4',
    'rhel',
  ),
  'Anolis 8': fixture(
    {
      ...rpm,
      ...osRelease('NAME="Anolis OS"\nID="anolis"\nID_LIKE="rhel fedora centos"\nVERSION_ID="8.8"\n'),
    },
    'anolis',
    '8.8',
    'rhel',
  ),
  'Anolis 23': fixture(
    { ...rpm, ...osRelease('NAME="Anolis OS"\nID="anolis"\nVERSION_ID="23"\nPLATFORM_ID="platform:an23"\n') },
    'anolis',
    '23',
    'rhel',
  ),
  'CentOS 6': fixture(
    {
      ...rpm,
      '/etc/centos-release': 'CentOS release 6.10 (Final)\n',
      '/etc/redhat-release': 'CentOS release 6.10 (Final)\n',
    },
    'centos',
    '6.10',
    'rhel',
  ),
  'Red Hat 6': fixture(
    { ...rpm, '/etc/redhat-release': 'Red Hat Enterprise Linux Server release 6.9 (Santiago)\n' },
    'rhel',
    '6.9',
    'rhel',
  ),
  'Oracle 6': fixture(
    {
      ...rpm,
      '/etc/oracle-release': 'Oracle Linux Server release 6.10\n',
      '/etc/redhat-release': 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n',
    },
    'ol',
    '6.10',
    'rhel',
  ),
  'Amazon 1 of its early days': fixture(
    { ...rpm, '/etc/system-release': 'Amazon Linux AMI release 2012.09\n' },
    'amzn',
    '2012.09',
    'rhel',
  ),
  'CentOS 7': fixture(
    {
      ...rpm,
      ...osRelease(
        'NAME="CentOS Linux"\nVERSION="7 (Core)"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\n',
      ),
    },
    'centos',
    '7',
    'rhel',
  ),
  'Red Hat 9': fixture(
    {
      ...rpm,
      ...osRelease('NAME="Red Hat Enterprise Linux"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n'),
    },
    'rhel',
    '9.4',
    'rhel',
  ),
  'Rocky 9, database moved': fixture(
    {
      '/usr/lib/sysimage/rpm/rpmdb.sqlite': '',
      ...osRelease('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"\n'),
    },
    'rocky',
    '9.3',
    'rhel',
  ),
  'Fedora 41': fixture(
    { ...rpm, ...osRelease('NAME="Fedora Linux"\nID=fedora\nVERSION_ID=41\n') },
    'fedora',
    '41',
    'rhel',
  ),
  openEuler: fixture(
    { ...rpm, ...osRelease('NAME="openEuler"\nID="openEuler"\nVERSION_ID="22.03"\n') },
    'openeuler',
    '22.03',
    'rhel',
  ),
  'EulerOS SP9': fixture(
    { ...rpm, ...osRelease('NAME="EulerOS"\nVERSION="2.0 (SP9x86_64)"\nID="euleros"\nVERSION_ID="2.0"\n') },
    'euleros',
    '2.0',
    'rhel',
  ),
  HCE: fixture(
    { ...rpm, ...osRelease('NAME="Huawei Cloud EulerOS"\nID="hce"\nVERSION_ID="2.0"\n') },
    'hce',
    '2.0',
    'rhel',
  ),
  'Kylin server': fixture(
    { ...rpm, ...osRelease('NAME="Kylin Linux Advanced Server"\nID="kylin"\nVERSION_ID="V10"\n') },
    'kylin',
    'V10',
    'rhel',
  ),
  'Kylin desktop': fixture(
    { ...dpkg, ...osRelease('NAME="Kylin"\nID=kylin\nVERSION_ID="v10"\n') },
    'kylin',
    'v10',
    'debian',
  ),
  'Amazon 2023': fixture(
    { ...rpm, ...osRelease('NAME="Amazon Linux"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n') },
    'amzn',
    '2023',
    'rhel',
  ),
  TencentOS: fixture(
    {
      ...rpm,
      ...osRelease(
        'NAME="TencentOS Server"\nID="tencentos"\nID_LIKE="rhel fedora centos tlinux"\nVERSION_ID="3.1"\n',
      ),
    },
    'tencentos',
    '3.1',
    'rhel',
  ),
  OpenCloudOS: fixture(
    { ...rpm, ...osRelease('NAME="OpenCloudOS"\nID="opencloudos"\nVERSION_ID="8.6"\n') },
    'opencloudos',
    '8.6',
    'rhel',
  ),
  'Ubuntu 14.04': fixture(
    {
      ...dpkg,
      ...osRelease(
        'NAME="Ubuntu"\nVERSION="14.04.6 LTS, Trusty Tahr"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="14.04"\n',
      ),
    },
    'ubuntu',
    '14.04',
    'debian',
  ),
  'Ubuntu 12.04, lsb-release only': fixture(
    {
      ...dpkg,
      '/etc/lsb-release':
        'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_DESCRIPTION="Ubuntu 12.04.5 LTS"\n',
      '/etc/debian_version': 'wheezy/sid\n',
    },
    'ubuntu',
    '12.04',
    'debian',
  ),
  'Ubuntu 24.04, in /usr/lib': fixture(
    { ...dpkg, '/usr/lib/os-release': "ID=ubuntu\nVERSION_ID='24.04'\n" },
    'ubuntu',
    '24.04',
    'debian',
  ),
  'Debian 12': fixture(
    { ...dpkg, ...osRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n') },
    'debian',
    '12',
    'debian',
  ),
  'Debian testing': fixture(
    { ...dpkg, ...osRelease('PRETTY_NAME="Debian GNU/Linux trixie/sid"\nID=debian\n') },
    'debian',
    '',
    'debian',
  ),
  'Debian of old': fixture({ ...dpkg, '/etc/debian_version': '8.11\n' }, 'debian', '8.11', 'debian'),
  'SLES 11': fixture(
    {
      ...rpm,
      '/etc/SuSE-release': 'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n',
    },
    'sles',
    '11.4',
    'suse',
  ),
  'SLES 12': fixture(
    {
      ...rpm,
      ...osRelease('NAME="SLES"\nID="sles"\nVERSION_ID="12.3"\n'),
      '/etc/SuSE-release': 'SUSE Linux Enterprise Server 12 (x86_64)\nVERSION = 12\nPATCHLEVEL = 3\n',
    },
    'sles',
    '12.3',
    'suse',
  ),
  'SLES 16': fixture(
    { ...rpm, ...osRelease('NAME="SLES"\nID="sles"\nID_LIKE="suse opensuse"\nVERSION_ID="16.0"\n') },
    'sles',
    '16.0',
    'suse',
  ),
  'openSUSE 42.3': fixture(
    { ...rpm, ...osRelease('NAME="openSUSE Leap"\nID=opensuse\nID_LIKE="suse"\nVERSION_ID="42.3"\n') },
    'opensuse',
    '42.3',
    'suse',
  ),
  Tumbleweed: fixture(
    {
      ...rpm,
      ...osRelease(
        'NAME="openSUSE Tumbleweed"\nID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nVERSION_ID="20250101"\n',
      ),
    },
    'opensuse-tumbleweed',
    '20250101',
    'suse',
  ),
  'an unknown relative of Red Hat': fixture(
    { ...rpm, ...osRelease('ID=newlinux\nID_LIKE="centos"\nVERSION_ID=1\n') },
    'newlinux',
    '1',
    'rhel',
  ),
  'an unknown one without relatives': fixture(
    { ...rpm, '/etc/sysconfig/network/config': '', ...osRelease('ID=geckos\nVERSION_ID=1\n') },
    'geckos',
    '1',
    'suse',
  ),
  'no package database, no name': fixture({ '/etc/network/interfaces': '' }, 'unknown', '', 'debian'),
  'nothing at all': fixture({}, 'unknown', '', 'unknown'),
};
