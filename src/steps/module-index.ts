import { FailedError } from '../base/errors.ts';
import { globToRegExp, isGlob } from '../formats/glob.ts';
import type { FileEntry, Tree } from '../formats/tree.ts';

/** The kernel modules of one kernel package, by name. */
export interface ModuleIndex {
  /** Kernel release: `6.12.117+deb13-amd64`. */
  readonly release: string;
  /** Module name (with `_` for `-`, as the kernel has it) → its file. */
  readonly files: ReadonlyMap<string, FileEntry>;
  /** Names of modules built into the kernel. */
  readonly builtin: ReadonlySet<string>;
}

/** `drivers/net/virtio-net.ko.xz` → `virtio_net`. */
export function moduleName(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return file.replace(/\.ko(\.(xz|zst|gz))?$/, '').replaceAll('-', '_');
}

/** Finds the modules of a kernel in the tree of its packages; one that has none is as good. `builtinList` is the text of its `modules.builtin`. */
export function indexModules(tree: Tree, builtinList: string): ModuleIndex {
  const files = new Map<string, FileEntry>();
  let release: string | undefined;
  for (const entry of tree.list()) {
    release ??= /^(?:boot\/vmlinuz-|usr\/lib\/modules\/)([^/]+)/.exec(entry.path)?.[1];
    const match = /^usr\/lib\/modules\/([^/]+)\/kernel\/.*\.ko(\.\w+)?$/.exec(entry.path);
    if (match === null || entry.type !== 'file') continue;
    files.set(moduleName(entry.path), entry);
  }
  if (release === undefined) {
    throw new FailedError('no-kernel', 'the kernel package has neither a kernel in /boot nor modules');
  }
  const builtin = new Set(
    builtinList
      .split('\n')
      .filter((line) => line !== '')
      .map(moduleName),
  );
  return { release, files, builtin };
}

/** Path of a module below `kernel/` without its ending, for globs: `drivers/net/virtio_net`. */
function pathBelowKernel(entry: FileEntry): string {
  return entry.path.replace(/^usr\/lib\/modules\/[^/]+\/kernel\//, '').replace(/\.ko(\.\w+)?$/, '');
}

/** The names of modules a pattern chooses: a module name, a glob over names, or a path or glob below `kernel/`. */
export function matchModules(index: ModuleIndex, pattern: string): string[] {
  const plain = pattern.replace(/^kernel\//, '').replace(/\.ko(\.\w+)?$/, '');
  if (!plain.includes('/')) {
    const name = plain.replaceAll('-', '_');
    if (!isGlob(name)) return index.files.has(name) ? [name] : [];
    const expression = globToRegExp(name);
    return [...index.files.keys()].filter((candidate) => expression.test(candidate));
  }
  const expression = globToRegExp(plain.endsWith('/') ? `${plain}**` : plain);
  return [...index.files]
    .filter(([, entry]) => expression.test(pathBelowKernel(entry)))
    .map(([name]) => name);
}

/** The values of one field of a module's `.modinfo` (NUL-separated `field=value` strings in the uncompressed file). */
export function modinfoValues(module: Buffer, field: string): string[] {
  const values: string[] = [];
  const wanted = Buffer.from(`${field}=`);
  for (let at = module.indexOf(wanted); at !== -1; at = module.indexOf(wanted, at + 1)) {
    if (at > 0 && module[at - 1] !== 0) continue;
    const end = module.indexOf(0, at);
    values.push(module.toString('utf8', at + wanted.length, end));
  }
  return values;
}

/**
 * What a module needs to load: its `depends`, and the modules of its soft and weak dependencies (`softdep=`, `weakdep=`). Some of
 * these are names that modules go by (`crypto-crc32c`, `platform:idma64`); `softNames` makes modules' names of them.
 */
export function moduleNeeds(module: Buffer): { hard: string[]; soft: string[] } {
  const normal = (name: string): string => name.replaceAll('-', '_');
  const hard = modinfoValues(module, 'depends').flatMap((list) =>
    list.split(',').filter((name) => name !== ''),
  );
  const soft = [...modinfoValues(module, 'softdep'), ...modinfoValues(module, 'weakdep')].flatMap((list) =>
    list.split(/\s+/).filter((word) => word !== '' && word !== 'pre:' && word !== 'post:'),
  );
  return { hard: hard.map(normal), soft: soft.flatMap(softNames).map(normal) };
}

/** Modules that a word of a soft dependency may stand for; what is none of this kernel is passed over later. */
function softNames(word: string): string[] {
  const plain = word.replace(/^(crypto-|platform:)/, '');
  return plain.includes(':') ? [] : [plain, `${plain}_generic`];
}
