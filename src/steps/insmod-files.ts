import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ModuleIndex, moduleNeeds } from './module-index.ts';
import { unpackedPath } from './modules.ts';
import type { FileReader } from './read-file.ts';

/** Modules in the order in which `insmod` can take them. */
function loadOrder(names: readonly string[], needs: (name: string) => readonly string[]): string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    for (const other of needs(name)) visit(other);
    order.push(name);
  };
  for (const name of names) visit(name);
  return order;
}

/**
 * Copies modules and what they need from where they were unpacked (`root`) into a new folder, as `NN-NAME.ko`: in the
 * order of these names `insmod` takes them, without depmod's files. Names that are no modules of this kernel are left out.
 */
export function writeInsmodFiles(
  index: ModuleIndex,
  names: readonly string[],
  root: string,
  dir: string,
  reader: FileReader,
): string[] {
  mkdirSync(dir);
  const pathOf = (name: string): string | undefined => {
    const entry = index.files.get(name);
    return entry === undefined ? undefined : unpackedPath(root, entry);
  };
  const needs = (name: string): readonly string[] => {
    const path = pathOf(name);
    if (path === undefined) return [];
    const bytes = Buffer.allocUnsafe(statSync(path).size);
    reader.fill(path, 0, bytes);
    const { hard, soft } = moduleNeeds(bytes);
    return [...hard, ...soft].filter((other) => index.files.has(other));
  };
  const present = names.filter((name) => index.files.has(name));
  return loadOrder(present, needs).flatMap((name, i) => {
    const path = pathOf(name);
    if (path === undefined) return [];
    const file = `${String(i).padStart(2, '0')}-${name}.ko`;
    copyFileSync(path, join(dir, file));
    return [file];
  });
}
