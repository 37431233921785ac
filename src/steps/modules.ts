import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import type { FileEntry } from '../formats/tree.ts';
import type { StepContext } from '../plan/types.ts';
import { type ModuleIndex, moduleNeeds } from './module-index.ts';
import type { FileReader } from './read-file.ts';

/** Puts compressed modules into a folder laid out as `/usr/lib/modules` and unpacks them there, in a few processes. */
export async function unpackModules(
  context: StepContext,
  entries: readonly FileEntry[],
  root: string,
  reader: FileReader,
): Promise<void> {
  const packed: string[] = [];
  for (const entry of entries) {
    const path = join(root, entry.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, reader.read(entry));
    if (path.endsWith('.xz')) packed.push(path);
    else if (!path.endsWith('.ko')) {
      throw new FailedError(
        'module-compression',
        `kernel modules packed as ${basename(path)} are not supported`,
      );
    }
  }
  const workers = Math.min(availableParallelism(), packed.length);
  const share = Array.from({ length: workers }, (_, n) => packed.filter((_path, i) => i % workers === n));
  await Promise.all(share.map((paths) => context.run(['xz', '-d', ...paths])));
}

/** Where `unpack` put a module. */
export function unpackedPath(root: string, entry: FileEntry): string {
  return join(root, entry.path.replace(/\.xz$/, ''));
}

/**
 * Unpacks the chosen modules and all that they depend on, soft dependencies too, into `root`; returns their names.
 * A dependency that is neither a module nor built in is an error: the kernel package would be broken.
 */
export async function unpackWithDependencies(
  context: StepContext,
  index: ModuleIndex,
  chosen: Iterable<string>,
  excluded: ReadonlySet<string>,
  root: string,
  reader: FileReader,
): Promise<string[]> {
  const done = new Set<string>();
  let next = [...new Set(chosen)].filter((name) => !excluded.has(name));
  while (next.length > 0) {
    const entries = next.map((name) => index.files.get(name)).filter((entry) => entry !== undefined);
    await unpackModules(context, entries, root, reader);
    for (const name of next) done.add(name);
    const wanted = new Set<string>();
    for (const entry of entries) {
      const needs = moduleNeeds(readFileSync(unpackedPath(root, entry)));
      for (const name of needs.hard) {
        if (!index.files.has(name) && !index.builtin.has(name)) {
          throw new FailedError(
            'no-such-module',
            `${basename(entry.path)} needs ${name}, which this kernel does not have`,
          );
        }
        wanted.add(name);
      }
      for (const name of needs.soft) if (!excluded.has(name)) wanted.add(name);
    }
    next = [...wanted].filter((name) => index.files.has(name) && !done.has(name));
  }
  return [...done].sort();
}
