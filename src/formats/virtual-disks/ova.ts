import type { ReadAt } from '../read-at.ts';
import type { VirtualDisk } from './blocks.ts';
import { readVmdk } from './vmdk.ts';

const block = 512;

/** Reads the first disk of an OVA; `undefined`: the file is none. */
export function openOva(file: ReadAt, bytes: number): VirtualDisk | undefined {
  for (let at = 0; at + block <= bytes; ) {
    const header = file(at, block);
    if (header.toString('latin1', 257, 262) !== 'ustar') return undefined;
    const name = header.toString('utf8', 0, 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(header.toString('latin1', 124, 136), 8) || 0;
    const start = at + block;
    if (at === 0 && !name.endsWith('.ovf')) return undefined;
    if (name.endsWith('.vmdk')) {
      const disk = readVmdk((offset, length) => file(start + offset, length), size);
      const change: VirtualDisk['change'] = (to, changed) =>
        disk.change(to, changed).map((piece) => ({ ...piece, at: start + piece.at }));
      return { ...disk, format: 'ova', change };
    }
    at = start + Math.ceil(size / block) * block;
  }
  return undefined;
}
