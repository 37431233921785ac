/** passwd(5). The password itself is in shadow. */
export interface PasswdLine {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

/** group(5). */
export interface GroupLine {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** shadow(5), without ageing. */
export interface ShadowLine {
  readonly name: string;
  /** crypt(3) hash, or `*` for none. */
  readonly hash: string;
}

function fields(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

export function parsePasswd(text: string): PasswdLine[] {
  return fields(text).map(([name = '', , uid, gid, gecos = '', home = '', shell = '']) => {
    return { name, uid: Number(uid), gid: Number(gid), gecos, home, shell };
  });
}

export function formatPasswd(lines: readonly PasswdLine[]): string {
  return lines.map((u) => `${u.name}:x:${u.uid}:${u.gid}:${u.gecos}:${u.home}:${u.shell}\n`).join('');
}

export function parseGroup(text: string): GroupLine[] {
  return fields(text).map(([name = '', , gid, members = '']) => {
    return { name, gid: Number(gid), members: members.split(',').filter((m) => m !== '') };
  });
}

export function formatGroup(lines: readonly GroupLine[]): string {
  return lines.map((g) => `${g.name}:x:${g.gid}:${g.members.join(',')}\n`).join('');
}

export function parseShadow(text: string): ShadowLine[] {
  return fields(text).map(([name = '', hash = '*']) => ({ name, hash }));
}

/** `changed`: days since 1970 of the last change, for all lines. */
export function formatShadow(lines: readonly ShadowLine[], changed: number): string {
  return lines.map(({ name, hash }) => `${name}:${hash}:${changed}:0:99999:7:::\n`).join('');
}

/** gshadow(5) that belongs to a group file: no group passwords. */
export function formatGshadow(groups: readonly GroupLine[]): string {
  return groups.map((g) => `${g.name}:*::${g.members.join(',')}\n`).join('');
}
