import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/base/package-root.ts';

const run = promisify(execFile);
const source = join(packageRoot(), 'test', 'fixtures', 'systems', 'init.c');
const muslLibc = '/lib/x86_64-linux-musl/libc.so';
/** Nothing of these is needed to run. */
const left = ['doc', 'info', 'locale', 'man'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
const debians = {
  systemd: ['--include=systemd-sysv,dbus'],
  sysvinit: ['--include=sysvinit-core'],
};

/** Systems with roots of their own, for a data volume: `hd/systemd`, `hd/sysvinit`, `hd/musl`. */
export interface Roots {
  /** Folder for `DiskFilesystem.files`. */
  readonly folder: string;
}

/** Why such roots cannot be made here; `undefined` where they can. */
export function rootsProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'files of other owners can be made by root only';
  if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8')))
    return 'this machine has no Debian packages';
  const missing = ['mmdebstrap', 'musl-gcc'].filter((name) => !existsSync(`/usr/bin/${name}`));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')} (make setup-dev)`;
}

/** Makes the roots, or takes those that an earlier run has made. From the archives that this machine's apt knows. */
export async function makeRoots(): Promise<Roots> {
  const suite = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const made = JSON.stringify([suite, left, debians, readFileSync(source, 'utf8')]);
  const key = createHash('sha256').update(made).digest('hex').slice(0, 16);
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'diskbios-tests');
  const folder = join(cache, `roots-${key}`);
  if (existsSync(folder)) return { folder };
  const work = `${folder}.p${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  try {
    const root = (name: string): string => {
      mkdirSync(join(work, 'hd', name, 'rootfs'), { recursive: true });
      const system = { format: 1, kind: 'os', engine: 'lxc', created: 1 };
      writeFileSync(join(work, 'hd', name, 'system.json'), JSON.stringify(system));
      return join(work, 'hd', name, 'rootfs');
    };
    const sources = ['/etc/apt/sources.list', ...inFolder('/etc/apt/sources.list.d')].filter(existsSync);
    await Promise.all([
      ...Object.entries(debians).map(async ([name, options]) => {
        const at = root(name);
        await run(
          'mmdebstrap',
          ['--quiet', '--variant=essential', ...left, ...options, suite, at, ...sources],
          {
            maxBuffer: 64 * 1024 ** 2,
          },
        );
        rmSync(join(at, 'var/cache/apt'), { recursive: true, force: true });
        rmSync(join(at, 'var/lib/apt/lists'), { recursive: true, force: true });
        writeFileSync(join(at, 'etc/hostname'), `${name}\n`);
      }),
      makeMusl(root('musl')),
    ]);
    // Another test file may have been quicker, with the same.
    if (!existsSync(folder)) renameSync(work, folder);
    else rmSync(work, { recursive: true, force: true });
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
  return { folder };
}

const inFolder = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path)
        .filter((name) => /\.(list|sources)$/.test(name))
        .map((name) => join(path, name))
    : [];

/** The smallest root of another libc: musl as its dynamic loader, and one program. */
async function makeMusl(root: string): Promise<void> {
  for (const name of ['lib', 'sbin']) mkdirSync(join(root, name));
  copyFileSync(muslLibc, join(root, 'lib', 'ld-musl-x86_64.so.1'));
  chmodSync(join(root, 'lib', 'ld-musl-x86_64.so.1'), 0o755);
  await run('musl-gcc', ['-O2', '-o', join(root, 'sbin', 'init'), source]);
}
