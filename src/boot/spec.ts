import type { DiskBus, DriveFault, Firmware, MachineModel, NetworkCardModel } from '../base/machine.ts';

/** What a guest is made of: the value that `src/boot/args.ts` turns into QEMU's command line. */
export interface GuestSpec {
  /** Default: q35. */
  readonly model?: MachineModel | undefined;
  readonly firmware: Firmware;
  readonly accelerator: Accelerator;
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
  /** Everything it can read from, in boot order (but see `Drive.boot`). */
  readonly drives: readonly Drive[];
  /** One for each of its network cards. */
  readonly networks: readonly Network[];
  readonly display: Display;
  /** TCP port (loopback) of the display `vnc`, at least 5900; `undefined`: the first free one. */
  readonly vncPort?: number | undefined;
  readonly serial: Serial;
  /** Path of the QMP socket. */
  readonly qmp: string | undefined;
  /** Path of the socket that leads to the agent's port (`src/base/agent-protocol.ts`); `undefined`: there is no such port. */
  readonly agent: string | undefined;
  /** File for what the BIOS says of itself (OVMF says it on the serial line). */
  readonly firmwareLog: string | undefined;
  /** A copy of OVMF's variables that keeps what the guest writes; `undefined`: they are new at each start. */
  readonly uefiVars: string | undefined;
  /** A kernel started directly, without firmware menu and boot loader. */
  readonly kernel: DirectKernel | undefined;
  /** A folder of this machine that the guest finds by virtiofs, under a tag: whoever serves it listens on the socket. */
  readonly share?: { readonly tag: string; readonly socket: string } | undefined;
  /** UEFI starts from the network by HTTP only, not by PXE. */
  readonly httpBoot?: boolean | undefined;
  /** A keyboard and a tablet on USB beside the machine's PS/2 ones. */
  readonly usbInput: boolean;
  /** PCI Express slots (`slot0`, `slot1` …) for devices plugged in later, and for drives that name one. */
  readonly emptySlots: number;
  /** File with the state of a machine like this one (QMP `migrate`), which it goes on from. */
  readonly state?: string | undefined;
  /** Wait for QMP's `cont` before the first instruction. */
  readonly paused: boolean;
}

/** What runs the guest's instructions, and the processor it sees. See `src/boot/accel.ts`. */
export interface Accelerator {
  readonly kind: AcceleratorKind;
  readonly cpu: string;
}

export const acceleratorKinds = ['kvm', 'hvf', 'tcg'] as const;
export type AcceleratorKind = (typeof acceleratorKinds)[number];

/** QEMU's names for the formats of images. */
export type ImageFormat = 'raw' | 'qcow2' | 'vmdk' | 'vdi' | 'vpc' | 'vhdx';

export interface Drive {
  readonly file: string;
  readonly as: DiskBus;
  readonly format: ImageFormat;
  /**
   * What becomes of the guest's writes: refused, thrown away when it ends, kept in the file, or kept in it without waiting for
   * the host's disk when the guest flushes: enough where the guest may lose its power but not the host.
   */
  readonly writes: 'refuse' | 'discard' | 'keep' | 'keep-in-memory';
  /** An error it shows on purpose. The guest sees it; QEMU does not pause. */
  readonly fault?: DriveFault | undefined;
  /** File that notes every request of the guest's, in the format of dm-log-writes; large enough for all of them. */
  readonly log?: string | undefined;
  /** Its place in the boot order, unlike that of any other; default: its place in the list. */
  readonly boot?: number | 'never' | undefined;
  /** Serial number that the guest reads, at most 20 characters: the names of devices differ from boot to boot. */
  readonly serial?: string | undefined;
  /** The number of the PCI Express slot it sits in, so that it can be pulled out (virtio and NVMe). */
  readonly slot?: number | undefined;
}

export type Network = NetworkCard & (UserNetwork | LinkNetwork | TapNetwork);

interface NetworkCard {
  readonly card: 'virtio' | NetworkCardModel;
  /** Default: an address that differs among the cards of one guest only (see `macAddress`). */
  readonly mac?: string | undefined;
}

/** QEMU's own router with NAT, DHCP and DNS; needs no rights. */
export interface UserNetwork {
  readonly kind: 'user';
  readonly forwards: readonly Forward[];
  /** Nothing but the forwarded ports: the guest reaches neither host nor outside, and is told no router or name server. */
  readonly isolated: boolean;
  /** What the guest starts from, before any drive: a file of a folder that TFTP serves, or an address of HTTP. */
  readonly start?: { readonly folder: string; readonly file: string } | undefined;
}

/**
 * One end of a private cable: Unix datagram sockets, one frame each. Needs no rights, and either end may go away and come
 * back. See `src/boot/links.ts`.
 */
export interface LinkNetwork {
  readonly kind: 'link';
  /** Path of the socket at this end; QEMU makes it. */
  readonly local: string;
  /** Path of the socket at the other end. */
  readonly remote: string;
}

/**
 * A card of this machine (a tap device) that is there already; takes root's rights. `start`: what the guest starts from, before any
 * drive, as servers on that network tell it.
 */
export interface TapNetwork {
  readonly kind: 'tap';
  readonly name: string;
  readonly start: boolean;
}

/** A TCP port of this machine (loopback only) that leads to a port of the guest. */
export interface Forward {
  readonly host: number;
  readonly guest: number;
}

export const displays = ['none', 'gtk', 'sdl', 'cocoa', 'curses', 'vnc'] as const;
export type Display = (typeof displays)[number];

export type Serial =
  /** Named pipes to talk through, `path`.in and `path`.out; everything the guest says is in the log as well. */
  | { readonly kind: 'pipes'; readonly path: string; readonly log: string }
  /** The terminal, shared with QEMU's monitor (Ctrl-A C; Ctrl-A X ends QEMU). */
  | { readonly kind: 'terminal'; readonly log: string | undefined }
  | { readonly kind: 'file'; readonly path: string };

/** A kernel that QEMU puts into the guest's memory. */
export interface DirectKernel {
  readonly file: string;
  readonly initrd: string | undefined;
  readonly cmdline: string;
}
