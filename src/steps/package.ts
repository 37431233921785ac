import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, FailedError } from '../base/errors.ts';
import type { LockedPackage } from '../debian/package.ts';
import { readDeb } from '../formats/deb.ts';
import { indexTar } from '../formats/tar-index.ts';
import type { Entry } from '../formats/tree.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepKind, StepNode } from '../plan/types.ts';
import { type FileReader, fileReader, readAtOf } from './read-file.ts';
import { saveTree } from './tree-file.ts';

/** What `control.tar` of a package says, as the step keeps it in `control.json`. */
export interface PackageControl {
  readonly control: string;
  /** preinst, postinst, prerm, postrm, triggers, conffiles, md5sums: those that are there. */
  readonly scripts: Readonly<Record<string, string>>;
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
 * Reads a downloaded package once: both its archives unpacked one behind the other in `package.tar`, `tree.json` over
 * the files, `control.json`.
 */
export const packageStep: StepKind = {
  name: 'package',
  version: 1,
  bulk: true,
  waits: true,
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
      let base: number;
      try {
        base = await context.unpack(deb, control, to);
        await context.unpack(deb, data, to);
      } finally {
        closeSync(to);
      }
      const facts = readControl(indexAt(tar, 0, 'control.tar', reader), reader);
      saveTree(join(context.out, 'tree.json'), indexAt(tar, base, `package ${pkg.name}`, reader));
      writeFileSync(join(context.out, 'control.json'), JSON.stringify(facts));
    } catch (error) {
      // A package that does not unpack was damaged after it was checked: fetch it again next time.
      const damaged =
        error instanceof CommandError || (error instanceof FailedError && error.code.startsWith('bad-'));
      if (damaged && !context.signal.aborted) rmSync(deb, { force: true });
      throw error;
    }
  },
};

/** The step that reads one package of the lock. The mirror it comes from is no part of its id. */
export function packageNode(pkg: LockedPackage): StepNode {
  return stepNode(packageStep, {
    title: `read package ${pkg.name} ${pkg.version}`,
    // A package is read once for each of its versions: there is nothing to compare with.
    slot: '',
    options: { ...pkg },
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
