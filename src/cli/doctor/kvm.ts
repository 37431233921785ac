import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError, MissingError } from '../../base/errors.ts';
import { chooseAccelerator } from '../../boot/accel.ts';
import { type QemuTools, qemuFromHost, qemuFromTree } from '../../boot/tools.ts';
import { listStore } from '../../store/upkeep.ts';
import type { Finding } from './types.ts';

const device = '/dev/kvm';
const slow = 'boots are emulated in software, several times slower';

/** A QEMU to try it with: one in the store, else the machine's own. */
function anyQemu(store: string): QemuTools | undefined {
  const unpacked = listStore(store)
    .reverse()
    .find((item) => existsSync(join(item.path, 'usr/bin/qemu-system-x86_64')));
  if (unpacked !== undefined) return qemuFromTree(unpacked.path);
  try {
    return qemuFromHost();
  } catch (error) {
    if (error instanceof MissingError) return undefined;
    throw error;
  }
}

/** The accelerator that works with this QEMU; `none` where not even emulation does. */
async function tried(qemu: QemuTools, signal: AbortSignal): Promise<{ kind: string; reason: string }> {
  try {
    return await chooseAccelerator(qemu, { cacheDir: undefined, signal });
  } catch (error) {
    if (error instanceof FailedError) return { kind: 'none', reason: error.message };
    throw error;
  }
}

/** Whether QEMU is accelerated here: a tiny guest is run, since `/dev/kvm` can be there and not work. */
export async function kvmFinding(store: string, signal: AbortSignal): Promise<Finding> {
  const there = existsSync(device);
  const qemu = there ? anyQemu(store) : undefined;
  if (!there) return { name: 'KVM', level: 'warn', text: `${device} is not there; ${slow}.` };
  if (qemu === undefined) {
    return {
      name: 'KVM',
      level: 'ok',
      text: `${device} is there; the first \`diskbios run\` finds out whether it works.`,
    };
  }
  const { kind, reason } = await tried(qemu, signal);
  if (kind === 'kvm' || kind === 'hvf')
    return { name: 'KVM', level: 'ok', text: `${device} works (tried with ${qemu.name}).` };
  const denied = reason.includes('may not be opened');
  return {
    name: 'KVM',
    level: 'warn',
    text: `${reason}; ${slow}.`,
    install: denied ? 'sudo usermod -aG kvm "$USER"   # then log in again' : undefined,
  };
}
