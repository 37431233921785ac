/** A line of a sysusers.d(5) file. */
export type SysusersLine =
  | {
      readonly type: 'user';
      readonly name: string;
      readonly uid: number | undefined;
      /** A group other than one of the user's own name. */
      readonly group: string | number | undefined;
      readonly gecos: string;
      readonly home: string;
      readonly shell: string;
    }
  | { readonly type: 'group'; readonly name: string; readonly gid: number | undefined }
  | { readonly type: 'member'; readonly user: string; readonly group: string };

/** Words of a line, quotes taken off. */
function words(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => {
    return double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '';
  });
}

function value(word: string | undefined): string | undefined {
  return word === undefined || word === '-' || word === '' ? undefined : word;
}

/** An id, or `undefined` where one is to be allocated (`-`, or that of a file's owner). */
function id(word: string | undefined): number | undefined {
  return word !== undefined && /^\d+$/.test(word) ? Number(word) : undefined;
}

function userLine(name: string, rest: readonly string[]): SysusersLine {
  const [ids, gecos, home, shell] = rest;
  const [uid, group] = (ids ?? '').split(':');
  return {
    type: 'user',
    name,
    uid: id(uid),
    group: id(group) ?? value(group),
    gecos: value(gecos) ?? '',
    home: value(home) ?? '/',
    shell: value(shell) ?? '/usr/sbin/nologin',
  };
}

/** Reads a sysusers.d file; ranges (`r`) do not matter here, since ids are allocated by our own rule. */
export function parseSysusers(text: string): SysusersLine[] {
  const lines: SysusersLine[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [kind = '', name = '', ...rest] = words(line);
    if (kind === 'u' || kind === 'u!') lines.push(userLine(name, rest));
    if (kind === 'g') lines.push({ type: 'group', name, gid: id(rest[0]) });
    if (kind === 'm') lines.push({ type: 'member', user: name, group: rest[0] ?? '' });
  }
  return lines;
}
