import { formatGroup, formatGshadow, formatPasswd, formatShadow } from '../formats/passwd.ts';
import { parseSysusers, type SysusersLine } from '../formats/sysusers.ts';
import type { Entry, ReadEntry, Tree } from '../formats/tree.ts';
import { type AccountBook, accountBook } from './account-book.ts';
import { baseGroups, basePasswd, shadowGroup } from './base-accounts.ts';
import { type Maker, maker } from './make.ts';
import { type PackageAccount, packageAccounts } from './package-accounts.ts';
import type { FinishStep } from './types.ts';

const nologin = '/usr/sbin/nologin';

/** The account files as entries: shadow files are for root and the group shadow only. */
export function accountFiles(book: AccountBook, make: Maker, epoch: number): Entry[] {
  const secret = { mode: 0o640, gid: shadowGroup };
  return [
    make.file('etc/passwd', formatPasswd(book.users())),
    make.file('etc/group', formatGroup(book.groups())),
    make.file('etc/shadow', formatShadow(book.shadow(), Math.floor(epoch / 86_400)), secret),
    make.file('etc/gshadow', formatGshadow(book.groups()), secret),
  ];
}

async function sysusersLines(tree: Tree, read: ReadEntry): Promise<SysusersLine[]> {
  const files = [...tree]
    .filter(({ path }) => /^(usr\/lib|etc)\/sysusers\.d\/[^/]+\.conf$/.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines: SysusersLine[] = [];
  for (const file of files) {
    if (file.type === 'file') lines.push(...parseSysusers((await read(file)).toString('utf8')));
  }
  return lines;
}

/** Fixed ids first, so that an allocated id never takes one; then by name, so that the order of files does not count. */
function addSysusers(book: AccountBook, lines: readonly SysusersLine[]): void {
  const known = new Set(book.users().map(({ name }) => name));
  const groups = lines.filter((line) => line.type === 'group');
  const users = lines.filter((line) => line.type === 'user' && !known.has(line.name));
  for (const { name, gid } of groups.filter((g) => g.gid !== undefined)) book.addGroup(name, gid);
  for (const user of users) if (user.type === 'user' && user.uid !== undefined) book.addUser(user);
  for (const name of groups.map((g) => g.name).sort()) book.addGroup(name);
  const rest = users.filter((user) => user.type === 'user' && user.uid === undefined);
  for (const user of rest.sort((a, b) => ('name' in a && 'name' in b && a.name < b.name ? -1 : 1))) {
    if (user.type === 'user') book.addUser(user);
  }
  for (const line of lines) if (line.type === 'member') book.addMember(line.user, line.group);
}

function addPackageAccounts(book: AccountBook, wanted: readonly PackageAccount[]): void {
  for (const { user, groups } of wanted) {
    for (const group of groups ?? []) book.addGroup(group);
    if (user !== undefined) book.addUser({ ...user, shell: nologin });
  }
}

/** Owners and modes that a postinst gives to its package's paths. */
function ownedPaths(book: AccountBook, wanted: readonly PackageAccount[], tree: Tree, make: Maker): Entry[] {
  return wanted.flatMap(({ paths = [] }) =>
    paths.flatMap(({ path, user, group, mode, make: always }): Entry[] => {
      const owner = { mode, uid: book.uidOf(user), gid: book.addGroup(group) };
      const there = tree.get(path);
      if (there === undefined) return always === true ? [make.dir(path, owner)] : [];
      return [{ ...there, ...owner }];
    }),
  );
}

/**
 * `/etc/passwd` and its companions: Debian's static accounts, the packages' sysusers.d files, and what known
 * packages' scripts make. Nobody can log in by password.
 */
export const accounts: FinishStep = {
  name: 'accounts',
  async run({ tree, read, packages, epoch }) {
    const make = maker(this.name, epoch);
    const shell = tree.resolve('usr/bin/bash') === undefined ? '/bin/sh' : '/bin/bash';
    const base = basePasswd.map((user) => (user.name === 'root' ? { ...user, shell } : user));
    const book = accountBook(base, baseGroups, []);
    const installed = new Set(packages.map(({ name }) => name));
    const wanted = packageAccounts.filter((account) => account.packages.some((name) => installed.has(name)));
    addSysusers(book, await sysusersLines(tree, read));
    addPackageAccounts(book, wanted);
    const paths = ownedPaths(book, wanted, tree, make);
    return {
      entries: [
        ...accountFiles(book, make, epoch),
        make.file('etc/subuid', ''),
        make.file('etc/subgid', ''),
        ...paths,
      ],
      warnings: [],
    };
  },
};
