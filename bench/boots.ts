import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../src/formats/tree.ts';
import { cpioChunks } from '../src/steps/pack.ts';
import { fileReader } from '../src/steps/read-file.ts';
import { loadEntries } from '../src/steps/tree-file.ts';
import { bootParts, bootTime } from './boot-parts.ts';
import type { Figure } from './figures.ts';

const mebibyte = 1024 ** 2;
const barePattern = /BARE-UP (\d+\.\d+)/;

/** The least an init can do: say how long the kernel has been running. */
const bareInit = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc; /bin/busybox mount -t proc proc /proc; read up rest < /proc/uptime; echo "BARE-UP $up"
exec /bin/busybox poweroff -f
`;

/** An initrd of busybox and the one-line init. */
function writeBareInitrd(busyboxTree: string, file: string): void {
  using reader = fileReader();
  const busybox = loadEntries(busyboxTree).find((entry) => entry.path === 'usr/bin/busybox');
  if (busybox?.type !== 'file') throw new Error('no busybox');
  const common = { uid: 0, gid: 0, mtime: 0, origin: 'bench' };
  const bytes = Buffer.from(bareInit);
  const entries: Entry[] = [
    { ...common, path: 'bin', type: 'dir', mode: 0o755 },
    { ...common, path: 'dev', type: 'dir', mode: 0o755 },
    { ...common, path: 'dev/console', type: 'char', mode: 0o600, major: 5, minor: 1 },
    { ...busybox, path: 'bin/busybox' },
    { ...common, path: 'init', type: 'file', mode: 0o755, size: bytes.length, content: { bytes } },
  ];
  writeFileSync(file, '');
  for (const chunk of cpioChunks(entries, reader)) appendFileSync(file, chunk);
}

/** From kernel start to READY, against the same kernel with a one-line init, in turn. */
export async function benchBoots(
  root: string,
  storeDir: string,
  file: string,
  repetitions: number,
): Promise<Figure[]> {
  const parts = await bootParts(storeDir, file);
  const bare = { ...parts, initrd: join(root, 'bare.img') };
  writeBareInitrd(parts.busybox.file('tree.json'), bare.initrd);
  const values = { bare: [] as number[], ready: [] as number[], ratio: [] as number[] };
  for (let n = 0; n < repetitions; n += 1) {
    const alone = await bootTime(bare, 512 * mebibyte, barePattern);
    const ready = await bootTime(parts, 512 * mebibyte);
    values.bare.push(alone);
    values.ready.push(ready);
    values.ratio.push(ready / alone);
  }
  const small = await bootTime(parts, 256 * mebibyte);
  return [
    { name: 'bare kernel, one-line init', unit: 's', values: values.bare, aim: undefined },
    { name: 'kernel start to DISKBIOS-READY', unit: 's', values: values.ready, aim: undefined },
    { name: 'READY against the bare kernel, pair by pair', unit: 'x', values: values.ratio, aim: 1.3 },
    { name: 'READY in a guest of 256 MiB', unit: 's', values: [small], aim: undefined },
  ];
}
