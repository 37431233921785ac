import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { type Diagnostic, UserError } from '../../base/errors.ts';
import { type Attachment, attachments, type Firmware, firmwares } from '../../base/machine.ts';
import { formatBytes, parseBytes } from '../../base/sizes.ts';
import { nearest } from '../../base/suggest.ts';
import {
  type AcceleratorKind,
  acceleratorKinds,
  type Display,
  type Drive,
  displays,
  type Forward,
} from '../../boot/spec.ts';

/** The options of `run` as commander gives them. */
export interface RunFlags {
  readonly firmware: string;
  readonly as?: string;
  readonly memory: string;
  readonly cpus: string;
  readonly display: string;
  readonly forward: string[];
  readonly disk: string[];
  readonly network: string;
  readonly accel: string;
  readonly qemu?: string;
  readonly dryRun?: true;
  readonly verbose?: true;
}

/** A disk to attach, and to make first where it is not there. */
export interface DiskWish {
  readonly file: string;
  /** Bytes, for a new one. */
  readonly size: number | undefined;
  readonly format: Drive['format'];
}

/** The options of `run` after checking; nothing in it is optional by accident. */
export interface RunWish {
  readonly firmware: Firmware;
  /** How the image is attached; `undefined`: as its kind suggests. */
  readonly as: Attachment | undefined;
  readonly memory: number;
  readonly cpus: number;
  readonly display: Display;
  readonly forwards: readonly Forward[];
  readonly disks: readonly DiskWish[];
  readonly network: 'user' | 'none';
  readonly accel: AcceleratorKind | 'auto';
  readonly qemu: 'pinned' | 'host';
}

const smallestMemory = 64 * 1024 ** 2;

/** Checks all options of `run` at once; throws a `UserError` with every mistake. */
export function runWish(flags: RunFlags, cwd: string): RunWish {
  const mistakes: Diagnostic[] = [];
  const mistake = (code: string, message: string, expected: string, hint?: string): void => {
    mistakes.push({ code, message, expected, hint });
  };
  const choice = <T extends string>(option: string, given: string, allowed: readonly T[]): T | undefined => {
    const found = allowed.find((word) => word === given);
    if (found !== undefined) return found;
    const near = nearest(given, allowed);
    const hint = near === undefined ? undefined : `did you mean \`${near}\`?`;
    mistake(
      'bad-option',
      `--${option} ${given}: there is no such choice`,
      `one of: ${allowed.join(', ')}`,
      hint,
    );
    return undefined;
  };

  const forwards = flags.forward.map((text): Forward | undefined => {
    const match = /^(\d+):(\d+)$/.exec(text);
    const [host, guest] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
    if (isPort(host) && isPort(guest)) return { host, guest };
    const expected = 'PORT-HERE:PORT-IN-THE-GUEST, such as 2222:22, each 1 to 65535';
    mistake('bad-forward', `--forward ${text}: these are no two ports`, expected);
    return undefined;
  });
  const disks = flags.disk.map((text): DiskWish | undefined => diskWish(text, cwd, mistake));
  const memory = parseBytes(flags.memory);
  if (memory === undefined || memory < smallestMemory) {
    mistake(
      'bad-memory',
      `--memory ${flags.memory}: no amount of memory`,
      `a size of at least 64MiB, such as 512MiB`,
    );
  }
  const cpus = /^\d+$/.test(flags.cpus) ? Number(flags.cpus) : 0;
  if (cpus < 1 || cpus > 64) mistake('bad-cpus', `--cpus ${flags.cpus}: no number of processors`, '1 to 64');
  const network = choice('network', flags.network, ['user', 'none']) ?? 'user';
  if (network === 'none' && flags.forward.length > 0) {
    mistake('bad-option', '--forward has no effect with --network none', 'one of the two');
  }
  const display = choice('display', flags.display, displays) ?? 'none';
  const window = ['gtk', 'sdl', 'cocoa'].includes(display);
  if (window && flags.qemu === 'pinned') {
    mistake(
      'bad-option',
      `--display ${display}: the pinned QEMU opens no windows`,
      '--qemu host, or --display vnc',
    );
  }
  const wish: RunWish = {
    firmware: choice('firmware', flags.firmware, firmwares) ?? 'bios',
    as: flags.as === undefined ? undefined : choice('as', flags.as, attachments),
    memory: memory ?? smallestMemory,
    cpus,
    display,
    forwards: forwards.filter((one) => one !== undefined),
    disks: disks.filter((one) => one !== undefined),
    network,
    accel: choice('accel', flags.accel, ['auto' as const, ...acceleratorKinds]) ?? 'auto',
    qemu: choice('qemu', flags.qemu ?? (window ? 'host' : 'pinned'), ['pinned', 'host']) ?? 'pinned',
  };
  if (mistakes.length > 0) throw new UserError(mistakes);
  return wish;
}

function isPort(number: number): boolean {
  return number >= 1 && number <= 65535;
}

type Mistake = (code: string, message: string, expected: string, hint?: string) => void;

/** `FILE` or `FILE:SIZE`; a colon that no size follows belongs to the name. */
function diskWish(text: string, cwd: string, mistake: Mistake): DiskWish | undefined {
  const match = /^(.+):([^:/]+)$/.exec(text);
  const size = match?.[2] === undefined ? undefined : parseBytes(match[2]);
  const file = resolve(cwd, size === undefined ? text : (match?.[1] ?? text));
  if (size === undefined && !existsSync(file)) {
    const hint = match === null ? `--disk ${text}:8GiB makes an empty one` : undefined;
    mistake('no-such-disk', `--disk ${text}: there is no such file`, 'an image file, or FILE:SIZE', hint);
    return undefined;
  }
  return { file, size, format: imageFormat(file) };
}

/** The format of an image, told by its name. */
export function imageFormat(file: string): Drive['format'] {
  return extname(file) === '.qcow2' ? 'qcow2' : 'raw';
}

/** How an image is attached unless said otherwise. */
export function usualAttachment(file: string): Attachment {
  return extname(file) === '.iso' ? 'cd' : 'virtio';
}

/** One line on what is about to be started. */
export function summary(wish: RunWish, image: string, as: Attachment): string {
  const media = { cd: 'CD', usb: 'USB stick', virtio: 'virtio disk', ahci: 'SATA disk', nvme: 'NVMe disk' };
  return [
    `${image} as ${media[as]}`,
    wish.firmware === 'bios' ? 'BIOS' : 'UEFI',
    formatBytes(wish.memory),
    `${wish.cpus} ${wish.cpus === 1 ? 'processor' : 'processors'}`,
    ...wish.forwards.map(({ host, guest }) => `localhost:${host} leads to its port ${guest}`),
  ].join(', ');
}
