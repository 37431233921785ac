import type { Entry, FileEntry } from '../formats/tree.ts';
import { maker, plainLines } from './make.ts';
import type { FinishStep } from './types.ts';

/** `/etc/hosts` of a root that nobody has named yet. */
export const plainHosts = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n';
/** Of base-passwd. */
const mailGroup = 8;
const shellsFrom = 'usr/share/debianutils/shells';
const shellsAdded = `${shellsFrom}.d/`;

const secrets = ['etc/shadow', 'etc/gshadow'];

function closed(entry: Entry | undefined): Entry[] {
  return entry === undefined ? [] : [{ ...entry, uid: 0, gid: 0, mode: 0 }];
}

/** Files that a whole Debian has from its scripts or its installer, and a PE does without. */
export const debianDefaults: FinishStep = {
  name: 'Debian defaults',
  async run({ tree, read, packages, epoch, arch }) {
    const make = maker(this.name, epoch);
    const listed = tree.resolve(shellsFrom);
    const first = listed?.type === 'file' ? (await read(listed)).toString('utf8') : '';
    const more = [...tree].filter(
      (entry): entry is FileEntry => entry.type === 'file' && entry.path.startsWith(shellsAdded),
    );
    const texts = await Promise.all(more.map(read));
    const added = texts.flatMap((text) => plainLines(text.toString('utf8'))).sort();
    const has = (name: string): boolean => packages.some((one) => one.name === name);
    return {
      entries: [
        ...(listed === undefined
          ? []
          : [make.file('etc/shells', `${[first.trimEnd(), ...added].join('\n')}\n`)]),
        ...(has('dpkg') ? [make.file('var/lib/dpkg/arch-native', `${arch}\n`)] : []),
        ...(has('ifupdown') && !tree.has('etc/network/interfaces')
          ? [make.file('etc/network/interfaces', 'source /etc/network/interfaces.d/*\n')]
          : []),
        ...(tree.has('etc/hosts') ? [] : [make.file('etc/hosts', plainHosts)]),
        ...(tree.has('etc/dpkg/origins/debian') ? [make.link('etc/dpkg/origins/default', 'debian')] : []),
        make.dir('var/mail', { mode: 0o2775, gid: mailGroup }),
        ...(has('systemd') ? [make.dir('var/log/journal')] : []),
        // It is passwd's scripts that let the group shadow read them; systemd-sysusers makes them for root alone.
        ...(has('systemd') && !has('passwd') ? secrets.flatMap((path) => closed(tree.get(path))) : []),
      ],
      warnings: [],
    };
  },
};
