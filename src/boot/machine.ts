import { InterruptedError } from '../base/errors.ts';
import type { Firmware, MachineDisk, MachineModel, NetworkCardModel } from '../base/machine.ts';
import type { KernelInImage } from '../formats/kernel-in-image.ts';
import type { Agent } from './agent.ts';
import type { Guest, GuestOptions } from './guest.ts';
import { withGuestFolder } from './launch.ts';
import type { LinkEnd } from './links.ts';
import { makeMachine } from './machine-parts.ts';
import { operate } from './machine-power.ts';
import type { Accelerator, Drive } from './spec.ts';
import type { QemuTools } from './tools.ts';

/** What a machine is made of that is switched off and on again. */
export interface MachineSpec {
  readonly name: string;
  /** Its number among the machines that can meet, from 0: makes its MAC addresses its own. */
  readonly index: number;
  /** Default: q35. */
  readonly model?: MachineModel | undefined;
  readonly firmware: Firmware;
  /** File with the one certificate that Secure Boot accepts, with `uefi-secure`; `undefined`: Microsoft's keys. */
  readonly certificate?: string | undefined;
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
  /** The image under test, never written to: what the guest writes is kept as long as the machine, and then gone. */
  readonly image: Pick<Drive, 'file' | 'as'> | undefined;
  /** A kernel that is started at each power-on without a boot loader, in place of the image. */
  readonly kernel?: KernelInImage | undefined;
  /** A folder for network boot, which the first card on QEMU's router starts from, in place of the image. */
  readonly netboot?: string | undefined;
  /** By name, which is also the serial number that the guest reads (its first 20 characters). */
  readonly disks: Readonly<Record<string, MachineDisk>>;
  /** What to boot from, by name of the disk (`image`: the image); `undefined`: the image, then the disks in order. */
  readonly bootOrder?: readonly string[] | undefined;
  /** One for each network card. */
  readonly networks: readonly MachineNetwork[];
}

export type MachineNetwork =
  /** QEMU's router; a port of this machine leads to the guest's SSH server. */
  | { readonly kind: 'user'; readonly card?: NetworkCardModel | undefined }
  /** A private cable, see `withLinks`. */
  | ({ readonly kind: 'link' } & LinkEnd);

export interface MachineOptions extends Omit<GuestOptions, 'keepLog' | 'command'> {
  readonly accelerator: Accelerator;
  /** Folder that keeps its disks, UEFI variables and serial log after its end; must be there. */
  readonly keep?: string | undefined;
}

/** A machine with its power switch. Disks and UEFI variables outlast its power-ons. */
export interface Machine {
  readonly name: string;
  /** Folder of its disks, UEFI variables and log. */
  readonly dir: string;
  /** Port of this machine (loopback) that leads to the guest's port 22. */
  readonly sshPort: number | undefined;
  /** The serial console of all its power-ons, with a line before each. Grows as the guest speaks. */
  readonly serialLog: string;
  isOn(): boolean;
  /** Switches it on. Each time gives another guest. */
  powerOn(): Promise<Guest>;
  /** The guest that runs; throws where the machine is off. */
  guest(): Guest;
  /** Its agent (with the option `agent`); throws where the machine is off. */
  agent(): Agent;
  /** Pulls the plug, at once. */
  cutPower(): Promise<void>;
  /** Puts in a disk by name: into the running guest, or for the next power-on. */
  plug(disk: string): Promise<void>;
  /** Pulls out a disk by name. A running guest is asked to let go of it, but for USB. */
  unplug(disk: string): Promise<void>;
  /** Saves the screen as PNG. */
  screenshot(file: string): Promise<void>;
  /** Lines for a shell that repeat its first boot: make its disks anew, then start QEMU with the console in the terminal. */
  repeatByHand(): string;
  /** `performance.now()` at the end of its last QEMU. */
  lastExit(): number | undefined;
}

/** Makes a machine, off, for as long as `work` lasts. Nothing of it is left afterwards but what `keep` asks for. */
export function withMachine<T>(
  tools: QemuTools,
  spec: MachineSpec,
  options: MachineOptions,
  work: (machine: Machine) => Promise<T>,
): Promise<T> {
  return withGuestFolder(async ({ dir }) => {
    try {
      const parts = await makeMachine(tools, spec, { ...options, dir: options.keep ?? dir });
      const { machine, end } = operate(tools, parts, { ...options, sockets: dir });
      try {
        return await work(machine);
      } finally {
        await end();
      }
    } catch (error) {
      throw options.signal?.aborted === true ? new InterruptedError() : error;
    }
  });
}
