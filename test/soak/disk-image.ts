import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { run } from '../../src/sys/run.ts';
import type { Fragment } from './power-loss.ts';

/** Copies an image without filling its holes. */
export async function copyImage(from: string, to: string): Promise<void> {
  await run(['cp', '--sparse=always', '--reflink=auto', '--', from, to]);
}

/** Makes the disk `to` that a copy of `base` becomes by these fragments of a log. */
export async function imageAfter(
  base: string,
  log: string,
  fragments: readonly Fragment[],
  to: string,
): Promise<void> {
  await copyImage(base, to);
  const [source, target] = [openSync(log, 'r'), openSync(to, 'r+')];
  try {
    let buffer = Buffer.alloc(1024 ** 2);
    for (const { at, data, length } of fragments) {
      if (length > buffer.length) buffer = Buffer.alloc(length);
      if (readSync(source, buffer, 0, length, data) !== length) throw new Error(`${log} is cut off`);
      writeSync(target, buffer, 0, length, at);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
