import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CommandError, FailedError, MissingError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { LockedPackage } from '../debian/lock.ts';
import { type DebMember, readDeb } from '../formats/deb.ts';
import { indexTar } from '../formats/tar-index.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepContext, StepKind, StepNode } from '../plan/types.ts';
import { fileReader, readAtOf } from './read-file.ts';
import { saveTree } from './tree-file.ts';

/** What `control.tar` of a package says, as the step keeps it in `control.json`. */
export interface PackageControl {
  readonly control: string;
  /** preinst, postinst, prerm, postrm, triggers, conffiles, md5sums: those that are there. */
  readonly scripts: Readonly<Record<string, string>>;
}

const unpackers: Readonly<Record<'xz' | 'zst', { argv: string[]; install: string }>> = {
  // What dpkg-deb pads the member with is none of xz's business.
  xz: { argv: ['xz', '-dc', '--single-stream'], install: 'sudo apt-get install xz-utils' },
  zst: { argv: ['zstd', '-dcq'], install: 'sudo apt-get install zstd' },
};

/** Unpacks one member of a .deb into a file, the descriptor handed to the program so that no byte passes through here. */
async function unpackMember(context: StepContext, deb: string, member: DebMember, to: string): Promise<void> {
  const from = openSync(deb, 'r');
  const into = openSync(to, 'w');
  try {
    if (member.compression === 'none' || member.compression === 'gz') {
      const bytes = Buffer.alloc(member.size);
      readSync(from, bytes, 0, member.size, member.offset);
      writeFileSync(into, member.compression === 'gz' ? gunzipSync(bytes) : bytes);
      return;
    }
    // Reading up to the member moves the descriptor's offset, which the program inherits.
    readSync(from, Buffer.alloc(member.offset), 0, member.offset, null);
    const { argv, install } = unpackers[member.compression];
    try {
      await context.run(argv, { stdin: from, stdout: into });
    } catch (error) {
      if (error instanceof MissingError) throw new MissingError(error.message, install);
      throw error;
    }
  } finally {
    closeSync(from);
    closeSync(into);
  }
}

async function readControl(context: StepContext, deb: string, member: DebMember): Promise<PackageControl> {
  const tar = join(context.scratch, 'control.tar');
  await unpackMember(context, deb, member, tar);
  const scripts: Record<string, string> = {};
  let control = '';
  using reader = fileReader();
  for (const entry of indexTar({ file: tar, read: readAtOf(tar, reader), origin: 'control.tar' })) {
    if (entry.type !== 'file') continue;
    const text = reader.read(entry).toString('utf8');
    if (entry.path === 'control') control = text;
    else scripts[entry.path] = text;
  }
  return { control, scripts };
}

/** Reads a downloaded package once: `data.tar` unpacked, `tree.json` over it, `control.json`. */
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
      const members = readDeb(readAtOf(deb, reader));
      const tar = join(context.out, 'data.tar');
      const [control] = await Promise.all([
        readControl(context, deb, members.control),
        unpackMember(context, deb, members.data, tar),
      ]);
      const entries = indexTar({ file: tar, read: readAtOf(tar, reader), origin: `package ${pkg.name}` });
      saveTree(join(context.out, 'tree.json'), entries);
      writeFileSync(join(context.out, 'control.json'), JSON.stringify(control));
    } catch (error) {
      // A package that does not unpack was damaged after it was checked: fetch it again next time.
      if (error instanceof CommandError || error instanceof FailedError) {
        if (!context.signal.aborted) rmSync(deb, { force: true });
      }
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
