import { FailedError } from '../base/errors.ts';
import type { GroupLine, PasswdLine, ShadowLine } from '../formats/passwd.ts';

/** Ids below 1000 that no table fixes; people get 1000 and up. */
const firstId = 300;
const idCount = 600;

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

interface NewUser {
  readonly name: string;
  readonly uid?: number | undefined;
  /** Name or id of the primary group; without it, a group of the user's own name. */
  readonly group?: string | number | undefined;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
  readonly hash?: string | undefined;
}

/**
 * The four account files while they are written. An id that nobody fixes follows from the name (its hash, and the next
 * free one), so that it is the same in every build, and rarely moves when another package comes: files on a data
 * volume belong to ids, not to names.
 */
export interface AccountBook {
  readonly users: () => readonly PasswdLine[];
  readonly groups: () => readonly GroupLine[];
  readonly shadow: () => readonly ShadowLine[];
  readonly addUser: (user: NewUser) => void;
  /** Makes the group unless it is there; gives its id. */
  readonly addGroup: (name: string, gid?: number) => number;
  readonly addMember: (user: string, group: string) => void;
  readonly uidOf: (name: string) => number;
}

export function accountBook(
  passwd: readonly PasswdLine[],
  group: readonly GroupLine[],
  shadow: readonly ShadowLine[],
): AccountBook {
  const users = new Map(passwd.map((user) => [user.name, user]));
  const groups = new Map(group.map((one) => [one.name, one]));
  const hashes = new Map(shadow.map((one) => [one.name, one.hash]));

  const freeId = (name: string, taken: (id: number) => boolean): number => {
    const start = hash(name) % idCount;
    for (let n = 0; n < idCount; n += 1) {
      const id = firstId + ((start + n) % idCount);
      if (!taken(id)) return id;
    }
    throw new FailedError('no-free-id', `there is no free system id for ${name}`);
  };
  const uidTaken = (id: number): boolean => [...users.values()].some(({ uid }) => uid === id);
  const gidTaken = (id: number): boolean => [...groups.values()].some(({ gid }) => gid === id);

  const addGroup = (name: string, gid?: number): number => {
    const there = groups.get(name);
    if (there !== undefined) return there.gid;
    const id = gid !== undefined && !gidTaken(gid) ? gid : freeId(name, (n) => gidTaken(n) || uidTaken(n));
    groups.set(name, { name, gid: id, members: [] });
    return id;
  };

  const addUser = (user: NewUser): void => {
    const { name, gecos, home, shell } = user;
    const there = users.get(name);
    const uid = user.uid ?? there?.uid ?? freeId(name, (n) => uidTaken(n) || gidTaken(n));
    const owner = [...users.values()].find((other) => other.uid === uid && other.name !== name);
    if (owner !== undefined) {
      throw new FailedError('id-taken', `user ${name} asks for the id ${uid}, which is ${owner.name}'s`, {
        hint: 'give it another `uid`',
      });
    }
    const own = there?.gid ?? groups.get(name)?.gid;
    const gid =
      typeof user.group === 'number'
        ? user.group
        : user.group === undefined
          ? (own ?? addGroup(name, uid))
          : addGroup(user.group);
    users.set(name, { name, uid, gid, gecos, home, shell });
    if (user.hash !== undefined || !hashes.has(name)) hashes.set(name, user.hash ?? '*');
  };

  const addMember = (user: string, name: string): void => {
    addGroup(name);
    const there = groups.get(name);
    if (there === undefined || there.members.includes(user)) return;
    groups.set(name, { ...there, members: [...there.members, user].sort() });
  };

  return {
    users: () => [...users.values()].sort((a, b) => a.uid - b.uid),
    groups: () => [...groups.values()].sort((a, b) => a.gid - b.gid),
    shadow: () =>
      [...users.values()]
        .sort((a, b) => a.uid - b.uid)
        .map(({ name }) => ({ name, hash: hashes.get(name) ?? '*' })),
    addUser,
    addGroup,
    addMember,
    uidOf: (name) => users.get(name)?.uid ?? 0,
  };
}
