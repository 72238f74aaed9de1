import { existsSync } from 'node:fs';
import { run } from '../lab/run.ts';
import { hostKernel } from './kernel.ts';

let found: Promise<'kvm' | 'tcg,thread=multi'> | undefined;

/**
 * What qemu takes after `-accel`: kvm where it really runs a kernel, else software emulation. That /dev/kvm can be
 * opened says little: in some virtual machines it is there and cannot emulate what the kernel does early in boot.
 * ENID_GUEST_ACCEL=tcg or kvm decides without asking.
 */
export function accelerator(): Promise<'kvm' | 'tcg,thread=multi'> {
  const told = process.env.ENID_GUEST_ACCEL;
  if (told === 'kvm') return Promise.resolve('kvm');
  found ??=
    told === 'tcg' || !existsSync('/dev/kvm')
      ? Promise.resolve('tcg,thread=multi')
      : kernelRunsByKvm().then((runs) => (runs ? 'kvm' : 'tcg,thread=multi'));
  return found;
}

/** A kernel without a root file system panics within two seconds, and qemu ends. */
async function kernelRunsByKvm(): Promise<boolean> {
  const ran = await run(
    [
      ...[
        'timeout',
        '8',
        'qemu-system-x86_64',
        '-machine',
        'pc',
        '-accel',
        'kvm',
        '-cpu',
        'max',
        '-m',
        '256',
      ],
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
      ...['-kernel', hostKernel().image, '-append', 'console=ttyS0 panic=-1'],
    ],
    '',
    10_000,
  );
  return /Kernel panic/.test(ran.stdout);
}
