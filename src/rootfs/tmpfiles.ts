import { parseGroup, parsePasswd } from '../formats/passwd.ts';
import type { Entry, ReadEntry, Tree } from '../formats/tree.ts';
import { type Maker, maker, plainLines } from './make.ts';
import type { FinishStep, InstalledPackage } from './types.ts';

/** systemd's own are about systemd: journal, units, users' run-time directories. */
const notFrom = new Set(['systemd', 'udev', 'systemd-standalone-tmpfiles']);

interface Ids {
  readonly users: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
}

async function idsOf(tree: Tree, read: ReadEntry): Promise<Ids> {
  const text = async (path: string): Promise<string> => {
    const entry = tree.resolve(path);
    return entry?.type === 'file' ? (await read(entry)).toString('utf8') : '';
  };
  return {
    users: new Map(parsePasswd(await text('etc/passwd')).map(({ name, uid }) => [name, uid])),
    groups: new Map(parseGroup(await text('etc/group')).map(({ name, gid }) => [name, gid])),
  };
}

function idOf(word: string | undefined, names: ReadonlyMap<string, number>): number {
  if (word === undefined || word === '-') return 0;
  return /^\d+$/.test(word) ? Number(word) : (names.get(word) ?? 0);
}

/** Entries of one tmpfiles.d(5) line: directories, empty or short files and links; nothing that removes or adjusts. */
function entriesOf(line: string, ids: Ids, tree: Tree, make: Maker): Entry[] {
  const [kind = '', path = '', mode, user, group, , ...rest] = line.split(/\s+/);
  const type = kind.replace(/[!+=~^$-]/g, '');
  const at = path.replace(/^\/+|\/+$/g, '').replace(/^var\/run\//, 'run/');
  if (at === '' || /[%*?[]/.test(path) || tree.has(at)) return [];
  const owner = { uid: idOf(user, ids.users), gid: idOf(group, ids.groups) };
  const bits = (fallback: number): number =>
    Number.parseInt((mode ?? '').replace(/^[:~]+/, ''), 8) || fallback;
  const argument = rest.join(' ');
  if (['d', 'D', 'v', 'q', 'Q'].includes(type)) return [make.dir(at, { ...owner, mode: bits(0o755) })];
  if (type === 'f') return [make.file(at, argument, { ...owner, mode: bits(0o644) })];
  if (type === 'L' && argument !== '' && argument !== '-') return [make.link(at, argument)];
  return [];
}

function shipped(packages: readonly InstalledPackage[]): string[] {
  return packages
    .filter(({ name }) => !notFrom.has(name))
    .flatMap(({ files }) => files.filter((path) => /^usr\/lib\/tmpfiles\.d\/[^/]+\.conf$/.test(path)))
    .sort();
}

/** Directories and files that packages' tmpfiles.d files ask for, which systemd would make at boot. */
export const tmpfiles: FinishStep = {
  name: 'tmpfiles.d',
  async run({ tree, read, packages, epoch }) {
    const make = maker(this.name, epoch);
    const ids = await idsOf(tree, read);
    const entries: Entry[] = [];
    for (const path of shipped(packages)) {
      const file = tree.resolve(path);
      if (file?.type !== 'file') continue;
      for (const line of plainLines((await read(file)).toString('utf8'))) {
        entries.push(...entriesOf(line, ids, tree, make));
      }
    }
    return { entries, warnings: [] };
  },
};
