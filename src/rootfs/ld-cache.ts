import { posix } from 'node:path';
import { parseElf } from '../formats/elf.ts';
import { globToRegExp } from '../formats/glob.ts';
import {
  compareLibraryNames,
  type LibraryAbi,
  type LibraryEntry,
  libraryAbis,
  writeLdCache,
} from '../formats/ld-cache.ts';
import type { Entry, FileEntry, ReadEntry, Tree } from '../formats/tree.ts';
import { maker, plainLines } from './make.ts';
import type { FinishStep, PackagesInput } from './types.ts';

/** ldconfig's own filter (elf/ldconfig.c, `is_dso`), without the names that only s390 and PowerPC have. */
const libraryName = /^(?:lib|ld-).*\.so(?:\.|$)/;

/** Directories of ld.so.conf, in its order: `include` takes globs. */
async function configured(tree: Tree, read: ReadEntry, file: string): Promise<string[]> {
  const entry = tree.resolve(file);
  if (entry?.type !== 'file') return [];
  const dirs: string[] = [];
  for (const line of plainLines((await read(entry)).toString('utf8'))) {
    const include = /^include\s+(.+)$/.exec(line)?.[1];
    if (include === undefined) dirs.push(line.replace(/=.*/, ''));
    else for (const path of matching(tree, include)) dirs.push(...(await configured(tree, read, path)));
  }
  return dirs;
}

function matching(tree: Tree, glob: string): string[] {
  const pattern = globToRegExp(glob.replace(/^\/+/, ''));
  return [...tree]
    .map(({ path }) => path)
    .filter((path) => pattern.test(path))
    .sort();
}

/** The directories ld.so looks into, as real paths, each once. */
async function libraryDirs({ tree, read }: PackagesInput, triplet: string): Promise<string[]> {
  const fromConfig = await configured(tree, read, 'etc/ld.so.conf');
  // Where libc-bin (which ships ld.so.conf) is not installed, libc6's conf.d counts all the same.
  if (fromConfig.length === 0) {
    for (const path of matching(tree, 'etc/ld.so.conf.d/*.conf')) {
      fromConfig.push(...(await configured(tree, read, path)));
    }
  }
  const all = [...fromConfig, `/usr/lib/${triplet}`, '/usr/lib64', '/usr/lib'];
  const real = all.flatMap((dir) => {
    const entry = tree.resolve(dir);
    return entry?.type === 'dir' ? [entry.path] : [];
  });
  return [...new Set(real)];
}

async function sonameAt(
  path: string,
  file: FileEntry,
  read: ReadEntry,
  abi: LibraryAbi,
): Promise<string | undefined> {
  const elf = parseElf(await read(file));
  if (elf?.type !== 'shared' || elf.machine !== abi.machine || elf.class !== abi.class) return undefined;
  return elf.soname ?? posix.basename(path);
}

/** Names of the libraries of each directory of interest, found in one walk over the tree. */
function libraryNames(tree: Tree, dirs: readonly string[]): Map<string, string[]> {
  const names = new Map(dirs.map((dir) => [dir, [] as string[]]));
  for (const { path, type } of tree) {
    if (type === 'dir' || !path.includes('.so')) continue;
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    if (libraryName.test(name)) names.get(path.slice(0, slash))?.push(name);
  }
  return names;
}

/**
 * `/etc/ld.so.cache`, and links from a library's soname to its file where they are missing, as `ldconfig` makes them.
 * Libraries for special processors (`glibc-hwcaps/`) are left out: ld.so takes the general ones.
 */
export const ldCache: FinishStep = {
  name: 'ld.so.cache',
  async run(input) {
    const { tree, read, epoch, arch } = input;
    const abi = libraryAbis[arch];
    if (abi === undefined || tree.resolve('etc') === undefined) return { entries: [], warnings: [] };
    const make = maker(this.name, epoch);
    const links: Entry[] = [];
    const libraries = new Map<string, LibraryEntry>();
    const dirs = await libraryDirs(input, abi.triplet);
    for (const [dir, names] of libraryNames(tree, dirs)) {
      // Newest first: where two files claim one soname, the link goes to the newer one.
      for (const name of names.sort((a, b) => compareLibraryNames(b, a))) {
        const path = `${dir}/${name}`;
        const file = tree.resolve(path);
        if (file?.type !== 'file') continue;
        const soname = await sonameAt(path, file, read, abi);
        if (soname === undefined || libraries.has(soname)) continue;
        if (!tree.has(`${dir}/${soname}`)) links.push(make.link(`${dir}/${soname}`, name));
        libraries.set(soname, { soname, path: `/${dir}/${soname}`, flags: abi.flags });
      }
    }
    if (libraries.size === 0) return { entries: [], warnings: [] };
    const cache = writeLdCache({
      entries: [...libraries.values()],
      littleEndian: abi.littleEndian,
      generator: 'diskbios',
    });
    return { entries: [...links, make.file('etc/ld.so.cache', cache)], warnings: [] };
  },
};
