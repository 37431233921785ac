import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { CommandError, FailedError, MissingError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { LockedPackage } from '../debian/package.ts';
import { type Compression, type DebMember, readDeb } from '../formats/deb.ts';
import { archiveEnd, indexTar } from '../formats/tar-index.ts';
import type { Entry } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepContext, StepKind, StepNode } from '../plan/types.ts';
import { type FileReader, fileReader, readAtOf } from './read-file.ts';
import { saveTree } from './tree-file.ts';

/** What `control.tar` of a package says, as the step keeps it in `control.json`. */
export interface PackageControl {
  readonly control: string;
  /** preinst, postinst, prerm, postrm, triggers, conffiles, md5sums: those that are there. */
  readonly scripts: Readonly<Record<string, string>>;
}

const unpackers: Readonly<Record<Compression, { argv: string[]; install: string } | undefined>> = {
  none: undefined,
  gz: undefined,
  xz: { argv: ['xz', '-dc'], install: 'sudo apt-get install xz-utils' },
  zst: { argv: ['zstd', '-dcq'], install: 'sudo apt-get install zstd' },
};

const chunk = 1024 * 1024;

function* ranges(deb: string, members: readonly DebMember[], reader: FileReader): Generator<Buffer> {
  for (const { offset, size } of members) {
    for (let done = 0; done < size; done += chunk) {
      const bytes = Buffer.allocUnsafe(Math.min(chunk, size - done));
      reader.fill(deb, offset + done, bytes);
      yield bytes;
    }
  }
}

/** Unpacks members of a .deb, which are all packed the same way, one after the other into a file. */
async function unpack(
  context: StepContext,
  deb: string,
  members: readonly DebMember[],
  to: number,
  reader: FileReader,
): Promise<void> {
  const compression = members[0]?.compression ?? 'none';
  const unpacker = unpackers[compression];
  if (unpacker === undefined) {
    for (const member of members) {
      const bytes = Buffer.concat([...ranges(deb, [member], reader)]);
      writeSync(to, compression === 'gz' ? gunzipSync(bytes) : bytes);
    }
    return;
  }
  try {
    await context.run(unpacker.argv, { stdin: Readable.from(ranges(deb, members, reader)), stdout: to });
  } catch (error) {
    if (error instanceof MissingError) throw new MissingError(error.message, unpacker.install);
    throw error;
  }
}

function readControl(entries: readonly Entry[], reader: FileReader): PackageControl {
  const scripts: Record<string, string> = {};
  let control = '';
  for (const entry of entries) {
    if (entry.type !== 'file') continue;
    const text = reader.read(entry).toString('utf8');
    if (entry.path === 'control') control = text;
    else scripts[entry.path] = text;
  }
  return { control, scripts };
}

/** The entries of the archive that begins at `base` of `file`. */
function indexAt(file: string, base: number, origin: string, reader: FileReader): Entry[] {
  const read = readAtOf(file, reader);
  const entries = indexTar({ file, read: (offset, length) => read(base + offset, length), origin });
  return entries.map((entry) =>
    entry.type === 'file' && 'file' in entry.content
      ? { ...entry, content: { file, offset: base + entry.content.offset } }
      : entry,
  );
}

/**
 * Reads a downloaded package once: both its archives unpacked one behind the other in `package.tar` (one process for
 * the two), `tree.json` over the files, `control.json`.
 */
export const packageStep: StepKind = {
  name: 'package',
  version: 1,
  async prepare({ fetch }, options) {
    await fetch(options as unknown as LockedPackage);
  },
  async run(context, options) {
    const pkg = options as unknown as LockedPackage;
    const deb = await context.fetch(pkg);
    try {
      using reader = fileReader();
      const { control, data } = readDeb(readAtOf(deb, reader));
      const tar = join(context.out, 'package.tar');
      const to = openSync(tar, 'w');
      try {
        const together = control.compression === data.compression;
        await unpack(context, deb, together ? [control, data] : [control], to, reader);
        if (!together) await unpack(context, deb, [data], to, reader);
      } finally {
        closeSync(to);
      }
      const scripts = readControl(indexAt(tar, 0, 'control.tar', reader), reader);
      const base = archiveEnd(readAtOf(tar, reader), 0);
      saveTree(join(context.out, 'tree.json'), indexAt(tar, base, `package ${pkg.name}`, reader));
      writeFileSync(join(context.out, 'control.json'), JSON.stringify(scripts));
    } catch (error) {
      // A package that does not unpack was damaged after it was checked: fetch it again next time.
      const damaged = error instanceof CommandError || error instanceof FailedError;
      if (damaged && !context.signal.aborted) rmSync(deb, { force: true });
      throw error;
    }
  },
};

/** The step that reads one package of the lock. The mirror it comes from is no part of its id. */
export function packageNode(pkg: LockedPackage): StepNode {
  return stepNode(packageStep, {
    title: `read package ${pkg.name} ${pkg.version}`,
    slot: `package ${pkg.name}`,
    options: { ...pkg } as unknown as Json,
  });
}

/** The name under which a package is an input of another step. */
export const packageInput = (name: string): string => `package ${name}`;

/** Inputs for a step that reads many packages, the largest first so that the longest work starts first. */
export function packageInputs(packages: readonly LockedPackage[]): Record<string, StepNode> {
  const ordered = [...packages].sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
  return Object.fromEntries(ordered.map((pkg) => [packageInput(pkg.name), packageNode(pkg)]));
}

/** The artifacts of `packageInputs`, by package name, in the order of names. */
export function packageArtifacts(
  inputs: Readonly<Record<string, Artifact>>,
): { name: string; artifact: Artifact }[] {
  return Object.entries(inputs)
    .filter(([key]) => key.startsWith('package '))
    .map(([key, artifact]) => ({ name: key.slice('package '.length), artifact }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
