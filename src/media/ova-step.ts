import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../base/json.ts';
import { formatOvf, formatOvfManifest } from '../formats/ovf.ts';
import { headerBytes, padding, tarTrailer } from '../formats/tar-write.ts';
import type { StepKind } from '../plan/types.ts';
import { diskOutput } from './disk-step.ts';
import { stepInput } from './extras.ts';
import { virtualDiskOutput } from './virtual-disk-step.ts';

/** Name of the appliance in the artifact. */
export const ovaOutput = 'machine.ova';

interface OvaOptions {
  readonly name: string;
  readonly version: string;
  readonly memory: number;
  readonly cpus: number;
}

const chunk = Buffer.alloc(1024 * 1024);

/** Gives a file's bytes piece by piece, in one buffer that is used again. */
function* piecesOf(file: string): Generator<Buffer> {
  const fd = openSync(file, 'r');
  try {
    for (let got = readSync(fd, chunk); got > 0; got = readSync(fd, chunk)) yield chunk.subarray(0, got);
  } finally {
    closeSync(fd);
  }
}

/** Packs the input `vmdk` with a description of its machine: in one tar, the description first, then the checksums. */
export const ovaStep: StepKind = {
  name: 'ova',
  version: 1,
  run(context, json) {
    const options = json as unknown as OvaOptions;
    const vmdk = stepInput(context, 'vmdk').file(virtualDiskOutput('vmdk'));
    const { bytes: diskBytes } = JSON.parse(
      readFileSync(stepInput(context, 'disk').file(diskOutput.used), 'utf8'),
    ) as { bytes: number };
    const diskFile = `${options.name}-disk1.vmdk`;
    const diskFileBytes = statSync(vmdk).size;
    const ovf = formatOvf({ ...options, diskFile, diskFileBytes, diskBytes });
    const hash = createHash('sha256');
    for (const piece of piecesOf(vmdk)) hash.update(piece);
    const sums = { [`${options.name}.ovf`]: sha256(ovf), [diskFile]: hash.digest('hex') };
    const out = openSync(join(context.out, ovaOutput), 'w');
    const head = (path: string, size: number): Buffer =>
      headerBytes({
        ...{ path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: context.epoch, size, origin: 'ova' },
        content: { bytes: Buffer.alloc(0) },
      });
    const write = (name: string, text: string): void => {
      const bytes = Buffer.from(text);
      writeSync(out, Buffer.concat([head(name, bytes.length), bytes, padding(bytes.length)]));
    };
    try {
      write(`${options.name}.ovf`, ovf);
      write(`${options.name}.mf`, formatOvfManifest(sums));
      writeSync(out, head(diskFile, diskFileBytes));
      for (const piece of piecesOf(vmdk)) writeSync(out, piece);
      writeSync(out, Buffer.concat([padding(diskFileBytes), tarTrailer()]));
    } finally {
      closeSync(out);
    }
    return Promise.resolve();
  },
};
