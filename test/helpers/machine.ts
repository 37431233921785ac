import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attachment, MachineDisk } from '../../src/base/machine.ts';
import { packageRoot } from '../../src/base/package-root.ts';
import type { Guest } from '../../src/boot/guest.ts';
import { type Machine, type MachineSpec, withMachine } from '../../src/boot/machine.ts';
import { type SshAnswer, type SshKey, waitForSsh } from '../../src/boot/ssh.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { acceleratorFor, passMenu, waitForReady } from './boot.ts';

const logs = join(packageRoot(), 'test-results', 'serial');

/** An empty disk of 64 MiB, but for what is said of it. */
export function disk(over: Partial<MachineDisk> = {}): MachineDisk {
  return {
    ...{ bus: 'virtio', size: 64 * 1024 ** 2, from: undefined, filesystem: undefined, fault: undefined },
    ...{ readOnly: false, plugged: true },
    ...over,
  };
}

export interface MachineRequest extends Partial<MachineSpec> {
  /** Folder of the pinned QEMU. */
  readonly tools: string;
  /** The image and how it is attached. */
  readonly boots: readonly [string, Attachment];
}

/** A machine for as long as `work` lasts; its serial log is kept for CI. */
export async function usingMachine<T>(
  { tools: dir, boots: [file, as], ...over }: MachineRequest,
  work: (machine: Machine) => Promise<T>,
): Promise<T> {
  const tools = qemuFromTree(dir);
  const { kind, cpu, patience } = await acceleratorFor(tools, dir);
  const spec: MachineSpec = {
    ...{ name: 'machine', index: 0, firmware: 'bios', memory: 512 * 1024 ** 2, cpus: 1, disks: {} },
    ...{ image: { file, as }, networks: [{ kind: 'user' }], ...over },
  };
  return withMachine(tools, spec, { accelerator: { kind, cpu }, patience }, async (machine) => {
    try {
      return await work(machine);
    } finally {
      mkdirSync(logs, { recursive: true });
      if (existsSync(machine.serialLog)) copyFileSync(machine.serialLog, join(logs, `${machine.name}.log`));
    }
  });
}

/** Switches a machine on and waits until it is READY. */
export async function powerOn(machine: Machine): Promise<Guest> {
  const guest = await machine.powerOn();
  await passMenu(guest);
  await waitForReady(guest);
  return guest;
}

/** Runs a command by SSH as soon as the machine lets us. */
export function bySsh(machine: Machine, tools: string, key: SshKey, command: string): Promise<SshAnswer> {
  const target = { tools: qemuFromTree(tools), port: machine.sshPort ?? 0, key };
  return waitForSsh(target, command, { within: 180_000 });
}
