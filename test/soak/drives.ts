import { closeSync, openSync, truncateSync } from 'node:fs';
import type { Drive } from '../../src/boot/spec.ts';

/** More than any log of ours; its file takes only the space that is written. */
const largestLog = 8 * 1024 ** 3;

/** A disk of the guest's, in its slot 0, that keeps what is written, and notes each request in a new file `log` if that is given. */
export function dataDrive(file: string, serial: string, log?: string): Drive {
  const place = { as: 'virtio', format: 'raw', boot: 'never', serial, slot: 0 } as const;
  if (log === undefined) return { ...place, file, writes: 'keep-in-memory' };
  closeSync(openSync(log, 'w'));
  truncateSync(log, largestLog);
  return { ...place, file, log, writes: 'keep' };
}
