import type { Piece } from '../piece.ts';
import type { ReadAt } from '../read-at.ts';
import { fixVdi } from './vdi.ts';
import { fixVhd } from './vhd.ts';
import { fixVhdx } from './vhdx.ts';
import { fixVmdk } from './vmdk.ts';

/** Where fixed ids come from. */
export interface IdSource {
  /** A UUID for a purpose, always the same one. */
  uuid(what: string): string;
  /** Seconds since 1970, for times. */
  readonly epoch: number;
}

/** What has to be written over a new virtual disk so that everything in it follows from what it was made of. */
export function fixIds(
  format: 'qcow2' | 'vmdk' | 'vdi' | 'vhd' | 'vhdx',
  read: ReadAt,
  ids: IdSource,
): Piece[] {
  switch (format) {
    case 'qcow2':
      return [];
    case 'vmdk':
      return fixVmdk(read, ids);
    case 'vdi':
      return fixVdi(read, ids);
    case 'vhd':
      return fixVhd(read, ids);
    case 'vhdx':
      return fixVhdx(read, ids);
  }
}
