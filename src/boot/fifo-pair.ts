import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { run } from '../sys/run.ts';

/** What we hear from and say to a QEMU through a pair of named pipes (its character device `pipe`). */
export interface FifoPair {
  readonly hear: Socket;
  readonly say: Socket;
}

/**
 * Makes `path`.in and `path`.out, before QEMU is started. A Unix socket would hold some 300 bytes that QEMU writes one by one
 * and we have not read yet; then the serial port stalls, and a kernel that polls it goes on and loses letters. A pipe holds
 * 64 KiB, so that the guest neither waits for us nor loses anything.
 */
export async function makeFifoPair(path: string): Promise<void> {
  await run(['mkfifo', '-m', '600', `${path}.in`, `${path}.out`]);
}

/** Opens them, once QEMU has. What was written is heard to the end, also when QEMU is gone. */
export function openFifoPair(path: string): FifoPair {
  const open = (name: string, flag: number): number => openSync(name, flag | constants.O_NONBLOCK);
  const hear = new Socket({ fd: open(`${path}.out`, constants.O_RDONLY), readable: true, writable: false });
  const say = new Socket({ fd: open(`${path}.in`, constants.O_WRONLY), readable: false, writable: true });
  // A guest that ends takes its end with it; that is reported elsewhere.
  for (const end of [hear, say]) end.on('error', () => undefined);
  return { hear, say };
}
