import { formatBytes } from '../base/sizes.ts';
import type { Allowed, Device, DevicePart, Refusal } from './device.ts';

/** What an image needs of a device. */
export interface Needs {
  readonly bytes: number;
  /** Bytes of the sectors in which its partition table counts; `undefined`: it has none. */
  readonly sector: number | undefined;
}

/** Parts of something larger, as blkid and udev name them. */
const containers: Readonly<Record<string, string>> = {
  linux_raid_member: 'a part of a RAID',
  isw_raid_member: 'a part of a RAID',
  ddf_raid_member: 'a part of a RAID',
  LVM2_member: 'a part of LVM',
  crypto_LUKS: 'something encrypted (LUKS)',
  zfs_member: 'a part of a ZFS pool',
  bcache: 'a part of bcache',
  drbd: 'a part of DRBD',
  ceph_bluestore: 'a part of Ceph',
};

/** Why a device must not be written to, the weightiest first; empty where it may. */
export function refusals(device: Device, needs: Needs, allowed: Allowed): Refusal[] {
  const { path, parts, bytes, sector } = device;
  const found: Refusal[] = [];
  const refuse = (code: Refusal['code'], reason: string, hint?: string): void => {
    found.push({ code, reason, hint });
  };
  if (bytes === 0) refuse('no-medium', 'no medium is in it');
  const used = parts.filter(({ uses }) => uses.length > 0);
  const uses = used.map((part) => `${part.name} is ${part.uses.join(', ')}`).join('; ');
  if (used.some(({ system }) => system)) refuse('system-disk', `this system runs from it: ${uses}`);
  else if (used.length > 0) refuse('in-use', uses, howToFree(used));
  if (device.writeProtected)
    refuse('write-protected', 'it is write-protected', 'many cards have a switch for it');
  if (bytes > 0 && bytes < needs.bytes)
    refuse(
      'too-small',
      `it has ${sizeAgainst(bytes, needs.bytes)}; the image needs ${sizeAgainst(needs.bytes, bytes)}`,
    );
  if (needs.sector !== undefined && bytes > 0 && sector !== needs.sector)
    refuse(
      'sector-size',
      `its sectors have ${sector} bytes; the image's partition table is made for ${needs.sector}, and would not be found`,
      'many such disks can be switched to sectors of 512 bytes, which erases them: nvme format, hdparm, sg_format',
    );
  const members = parts.filter(({ content }) => content !== undefined && content.type in containers);
  if (members.length > 0 && used.length === 0 && !allowed.members) {
    const what = members.map(({ name, content }) => `${name} holds ${containers[content?.type ?? ''] ?? ''}`);
    refuse('member', what.join('; '), 'nothing uses it now; if it is to go, say so with --allow-members');
  }
  if (device.bus === 'virtual' && !allowed.fixed)
    refuse(
      'not-a-disk',
      'it is no disk of its own',
      'if it is meant all the same, say so with --allow-fixed',
    );
  else if (!device.removable && !allowed.fixed && bytes > 0)
    refuse(
      'fixed-disk',
      'it is built in, not removable',
      `if ${path} it is to be, say so with --allow-fixed`,
    );
  return found;
}

/** Sizes that look alike are told in bytes. */
function sizeAgainst(bytes: number, other: number): string {
  return formatBytes(bytes) === formatBytes(other) ? `${bytes} bytes` : formatBytes(bytes);
}

function howToFree(used: readonly DevicePart[]): string | undefined {
  const commands = used.flatMap(({ name, uses }) => {
    if (uses.some((use) => use.startsWith('mounted'))) return [`umount /dev/${name}`];
    return uses.includes('swap') ? [`swapoff /dev/${name}`] : [];
  });
  return commands.length === 0 ? undefined : `free it first: ${commands.join('; ')}`;
}
