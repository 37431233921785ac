import { parseGroup, parsePasswd, parseShadow } from '../formats/passwd.ts';
import type { Entry, ReadEntry, Tree } from '../formats/tree.ts';
import { type AccountBook, accountBook } from './account-book.ts';
import { accountFiles } from './accounts.ts';
import { baseGroups, basePasswd } from './base-accounts.ts';
import { type Maker, maker } from './make.ts';
import type { AccountUser, FinishStep, IdentityInput } from './types.ts';

async function textAt(tree: Tree, read: ReadEntry, path: string): Promise<string | undefined> {
  const entry = tree.resolve(path);
  return entry?.type === 'file' ? (await read(entry)).toString('utf8') : undefined;
}

async function bookOf(tree: Tree, read: ReadEntry): Promise<AccountBook> {
  const passwd = await textAt(tree, read, 'etc/passwd');
  const group = await textAt(tree, read, 'etc/group');
  const shadow = await textAt(tree, read, 'etc/shadow');
  return accountBook(
    passwd === undefined ? basePasswd : parsePasswd(passwd),
    group === undefined ? baseGroups : parseGroup(group),
    shadow === undefined ? [] : parseShadow(shadow),
  );
}

/** Home directory and SSH keys: sshd and dropbear refuse keys that others could have written. */
function homeOf(user: AccountUser, gid: number, tree: Tree, make: Maker): Entry[] {
  const home = user.home.replace(/^\/+|\/+$/g, '');
  if (home === '' || user.home === '/nonexistent') return [];
  const owner = { uid: user.uid, gid };
  const entries: Entry[] =
    tree.has(home) && user.uid !== 0 ? [] : [make.dir(home, { ...owner, mode: 0o700 })];
  if (user.sshKeys.length === 0) return entries;
  const keys = user.sshKeys.map((key) => `${key.trim()}\n`).join('');
  return [
    ...entries,
    make.dir(`${home}/.ssh`, { ...owner, mode: 0o700 }),
    make.file(`${home}/.ssh/authorized_keys`, keys, { ...owner, mode: 0o600 }),
  ];
}

/** The recipe's users, added to the accounts that the packages need; their home directories and SSH keys. */
export const users: FinishStep<IdentityInput> = {
  name: 'users',
  async run({ tree, read, epoch, identity }) {
    const make = maker(this.name, epoch);
    const book = await bookOf(tree, read);
    for (const user of identity.users) {
      book.addUser({ ...user, gecos: user.name === 'root' ? 'root' : '', hash: user.passwordHash });
      for (const group of user.groups) book.addMember(user.name, group);
    }
    const gids = new Map(book.users().map(({ name, gid }) => [name, gid]));
    const homes = identity.users.flatMap((user) => homeOf(user, gids.get(user.name) ?? user.uid, tree, make));
    return { entries: [...accountFiles(book, make, epoch), ...homes], warnings: [] };
  },
};
