import { extname } from 'node:path';
import { type Attachment, type Firmware, firmwareNames } from '../../base/machine.ts';
import { firstOfNetboot } from '../../base/netboot.ts';
import { formatBytes } from '../../base/sizes.ts';
import { imageFormat } from '../../boot/disks.ts';
import { isEfiProgram } from '../../boot/efi-stick.ts';
import type { GuestRequest } from '../../boot/launch.ts';
import type { Accelerator, Forward, UserNetwork } from '../../boot/spec.ts';
import type { RunWish } from './flags.ts';
import type { NetbootFolder, RunFolder } from './folder.ts';

/** The firmware that an image is started by unless said otherwise. */
export function usualFirmware(image: string | object): Firmware {
  return typeof image === 'string' && isEfiProgram(image) ? 'uefi' : 'bios';
}

/** How an image is attached unless said otherwise. */
export function usualAttachment(file: string): Attachment {
  return extname(file) === '.iso' ? 'cd' : 'virtio';
}

interface Found {
  readonly firmware: Firmware;
  /** Variables made for this boot; `undefined`: those of the firmware. */
  readonly uefiVars?: string | undefined;
  /** An image, or a folder that `diskbios build` made. */
  readonly image: string | RunFolder | NetbootFolder;
  /** How an image is attached. */
  readonly as: Attachment;
  readonly accelerator: Accelerator;
  readonly forwards: readonly Forward[];
  readonly vncPort: number | undefined;
}

/** What the guest starts from. */
function startOf(image: Found['image'], as: Attachment): Pick<GuestRequest, 'kernel' | 'share' | 'drives'> {
  if (typeof image !== 'string')
    return 'netboot' in image ? { drives: [], kernel: undefined } : { ...image, drives: [] };
  const writes = as === 'cd' ? 'refuse' : 'discard';
  return { drives: [{ file: image, as, format: imageFormat(image), writes }], kernel: undefined };
}

function netbootStart(image: Found['image'], firmware: Firmware): UserNetwork['start'] {
  if (typeof image === 'string' || !('netboot' in image)) return undefined;
  return { folder: image.netboot, file: firstOfNetboot(firmware) };
}

/** The guest that was wished for. */
export function guestRequest(wish: RunWish, found: Found): GuestRequest {
  const { image, as, accelerator, forwards, vncPort, firmware, uefiVars } = found;
  const writes = wish.snapshot ? 'discard' : 'keep';
  const start = startOf(image, as);
  // The network comes first in the boot order.
  const place = typeof image !== 'string' && 'netboot' in image ? ({ boot: 'never' } as const) : {};
  return {
    ...start,
    firmware,
    accelerator: { kind: accelerator.kind, cpu: accelerator.cpu },
    memory: wish.memory,
    cpus: processorsOf(wish, accelerator),
    drives: [
      ...start.drives,
      ...wish.disks.map(({ file, format }) => ({ file, as: 'virtio', format, writes, ...place }) as const),
    ],
    networks:
      wish.network === 'none'
        ? []
        : [{ kind: 'user', card: 'virtio', forwards, isolated: false, start: netbootStart(image, firmware) }],
    display: wish.display,
    vncPort,
    uefiVars,
    usbInput: !['none', 'curses'].includes(wish.display),
    emptySlots: 0,
  };
}

/** Emulated processors share the work of one, and lose their timers on a busy machine. */
const processorsOf = (wish: RunWish, { kind }: Accelerator): number => wish.cpus ?? (kind === 'tcg' ? 1 : 2);

const media = { cd: 'CD', usb: 'USB stick', virtio: 'virtio disk', ahci: 'SATA disk', nvme: 'NVMe disk' };

/** One line on what is about to be started. */
export function summary(
  wish: RunWish,
  { image, as, accelerator, vncPort, firmware }: Omit<Found, 'forwards'>,
): string {
  const processors = processorsOf(wish, accelerator);
  return [
    typeof image === 'string'
      ? `${image} as ${media[as]}`
      : 'netboot' in image
        ? `${image.netboot} over the network`
        : `the folder ${image.share.dir}`,
    firmwareNames[firmware],
    formatBytes(wish.memory),
    processors === 1 ? '1 processor' : `${processors} processors`,
    ...(wish.snapshot && wish.disks.length > 0 ? ['what it writes to disks is thrown away'] : []),
    ...wish.forwards.map(({ host, guest }) => `localhost:${host} leads to its port ${guest}`),
    ...(vncPort === undefined ? [] : [`its screen is at vnc://127.0.0.1:${vncPort}`]),
  ].join(', ');
}
