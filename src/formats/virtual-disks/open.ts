import type { ReadAt } from '../read-at.ts';
import type { VirtualDisk } from './blocks.ts';
import { readQcow2 } from './qcow2.ts';
import { readVdi } from './vdi.ts';
import { readVhd } from './vhd.ts';
import { readVhdx } from './vhdx.ts';
import { readVmdk } from './vmdk.ts';

/** Reads a disk in a format of virtual machines; `undefined`: the file is in none of them. */
export function openVirtualDisk(file: ReadAt, bytes: number): VirtualDisk | undefined {
  if (bytes < 1024) return undefined;
  const start = file(0, 512);
  const magic = start.toString('latin1', 0, 8);
  if (magic.startsWith('QFI\xfb')) return readQcow2(file);
  if (magic.startsWith('KDMV')) return readVmdk(file, bytes);
  if (magic === 'conectix') return readVhd(file);
  if (magic === 'vhdxfile') return readVhdx(file);
  if (start.readUInt32LE(0x40) === 0xbeda107f) return readVdi(file);
  return undefined;
}
