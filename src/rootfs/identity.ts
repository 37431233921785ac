import type { Diagnostic } from '../base/errors.ts';
import type { Entry, Tree } from '../formats/tree.ts';
import { maker } from './make.ts';
import type { FinishStep, IdentityInput, PeIdentity } from './types.ts';

/** os-release(5): what the PE is called by itself and by scanners that ask. */
function osRelease({ name, version, codename }: PeIdentity): string {
  const quoted = (text: string): string => `"${text.replace(/[\\"$`]/g, '\\$&')}"`;
  return [
    'ID=diskbios',
    'ID_LIKE=debian',
    `NAME=${quoted(name)}`,
    `VERSION=${quoted(version)}`,
    `VERSION_ID=${quoted(version)}`,
    `PRETTY_NAME=${quoted(`${name} ${version}`)}`,
    `VERSION_CODENAME=${codename}`,
    '',
  ].join('\n');
}

function hosts(hostname: string): string {
  const names = hostname.includes('.') ? `${hostname} ${hostname.split('.', 1)[0] ?? ''}` : hostname;
  return `127.0.0.1\tlocalhost\n127.0.1.1\t${names}\n\n::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n`;
}

/** What a person put there stays: only packages' and generated files give way. */
function free(tree: Tree, path: string): boolean {
  const there = tree.get(path);
  return there === undefined || /^(package|finishing step) /.test(there.origin);
}

function timezone({ tree, epoch, identity }: IdentityInput): { entries: Entry[]; warnings: Diagnostic[] } {
  const make = maker('timezone', epoch);
  const name = identity.timezone;
  if (!free(tree, 'etc/localtime')) return { entries: [], warnings: [] };
  const zone = `usr/share/zoneinfo/${name}`;
  if (tree.resolve(zone)?.type === 'file') {
    return {
      entries: [make.link('etc/localtime', `/${zone}`), make.file('etc/timezone', `${name}\n`)],
      warnings: [],
    };
  }
  if (['UTC', 'Etc/UTC'].includes(name)) {
    return { entries: [make.file('etc/timezone', 'Etc/UTC\n')], warnings: [] };
  }
  const warning: Diagnostic = tree.has('usr/share/zoneinfo/UTC')
    ? { code: 'no-such-timezone', message: `there is no timezone ${name} in tzdata: clocks will show UTC` }
    : {
        code: 'timezone-without-tzdata',
        message: `the timezone ${name} needs the files of tzdata, which are not in the PE: clocks will show UTC`,
        hint: 'add `tzdata` to `pe.packages` and take usr/share/zoneinfo out of `pe.exclude`, or set `pe.timezone` to UTC',
      };
  return { entries: [], warnings: [warning] };
}

/** Name, host name and timezone of this PE, where neither template nor recipe files give them. */
export const identity: FinishStep<IdentityInput> = {
  name: 'identity',
  run(input) {
    const { tree, epoch, identity: who } = input;
    const make = maker(this.name, epoch);
    const zone = timezone(input);
    const wanted: Entry[] = [
      make.file('usr/lib/os-release', osRelease(who)),
      make.link('etc/os-release', '../usr/lib/os-release'),
      make.file('etc/hostname', `${who.hostname}\n`),
      make.file('etc/hosts', hosts(who.hostname)),
    ];
    return {
      entries: [...wanted.filter(({ path }) => free(tree, path)), ...zone.entries],
      warnings: zone.warnings,
    };
  },
};
