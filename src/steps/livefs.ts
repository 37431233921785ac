import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry } from '../formats/tree.ts';
import type { StepContext } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { cpioChunks, tarChunks } from './pack.ts';
import { fileReader } from './read-file.ts';

/** How one layer of the livefs is packed. */
interface LivefsPacker {
  /** Ending of the image's name; early init mounts by it. */
  readonly extension: string;
  pack(context: StepContext, entries: readonly Entry[], to: string): Promise<void>;
}

/** A file-system UUID derived from what the image is made of, never random. */
function uuidOf(id: string): string {
  return id.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const packers: Readonly<Record<LivefsFormat, LivefsPacker>> = {
  squashfs: {
    extension: 'squashfs',
    async pack(context, entries, to) {
      using reader = fileReader();
      const argv = context.tool('usr/bin/sqfstar', '-quiet', '-no-progress', '-comp', 'zstd');
      argv.push('-Xcompression-level', '4', '-root-time', String(context.epoch), '-root-mode', '0755');
      argv.push('-root-uid', '0', '-root-gid', '0', to);
      await context.run(argv, { stdin: tarChunks(entries, reader) });
    },
  },
  erofs: {
    extension: 'erofs',
    async pack(context, entries, to) {
      using reader = fileReader();
      const tar = join(context.scratch, 'layer.tar');
      // mkfs.erofs reads archives from a file only.
      const fd = openSync(tar, 'w');
      try {
        for (const chunk of tarChunks(entries, reader)) writeSync(fd, chunk);
      } finally {
        closeSync(fd);
      }
      const argv = context.tool('usr/bin/mkfs.erofs', '--quiet', '-zzstd,3', `-T${context.epoch}`);
      argv.push(`-U${uuidOf(context.id)}`, '--tar=f', to, tar);
      await context.run(argv);
    },
  },
  cpio: {
    extension: 'cpio.zst',
    async pack(context, entries, to) {
      using reader = fileReader();
      const argv = context.tool('usr/bin/zstd', '-q', '-3', '-o', to);
      await context.run(argv, { stdin: cpioChunks(entries, reader) });
    },
  },
};

/** File name of a layer's image: `layer.squashfs`. */
export function layerImage(format: LivefsFormat): string {
  return `layer.${packers[format].extension}`;
}

/** Packs entries into the layer image of the step's artifact; returns its name. */
export async function packLayer(
  context: StepContext,
  format: LivefsFormat,
  entries: readonly Entry[],
): Promise<string> {
  const name = layerImage(format);
  await packers[format].pack(context, entries, join(context.out, name));
  return name;
}
