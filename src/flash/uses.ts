import type { BlockNode, SystemFiles } from './block-tree.ts';

interface Mount {
  readonly number: string;
  readonly at: string;
  readonly type: string;
  readonly source: string;
  /** Of its superblock, as `lowerdir=/a:/b`. */
  readonly options: readonly string[];
}

/** What of the running system a block device is used for. */
export interface BlockUse {
  /** A few words: `mounted on /media/stick`. */
  readonly text: string;
  readonly system: boolean;
}

/** Mount points that this system cannot do without; those of live systems too. */
const systemPlaces =
  /^\/(|usr|boot|boot\/efi|efi|var|etc|opt|srv|home|nix|gnu|cdrom|sysroot|run\/live\/.*|run\/initramfs\/.*|lib\/live\/.*)$/;

const plain = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** proc_pid_mountinfo(5). */
export function parseMountInfo(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [, , number = '', , at = ''] = before.split(' ');
      const [type = '', source = '', options = ''] = after.split(' ');
      return { number, at: plain(at), type, source: plain(source), options: plain(options).split(',') };
    });
}

/**
 * Finds what each block device is used for: mounts, swap, RAID, LVM, LUKS, btrfs over several disks, loop devices, and all
 * that through each other.
 */
export function blockUses(files: SystemFiles, nodes: readonly BlockNode[]): (name: string) => BlockUse[] {
  const mounts = parseMountInfo(files.text('/proc/self/mountinfo'));
  const names = deviceNames(files, nodes);
  const direct = new Map<string, BlockUse[]>();
  const note = (name: string | undefined, text: string, system = false): void => {
    if (name === undefined) return;
    const known = direct.get(name) ?? [];
    if (!known.some((use) => use.text === text)) direct.set(name, [...known, { text, system }]);
  };
  const systemMounts = new Set([
    ...mounts.filter(({ at }) => systemPlaces.test(at)),
    ...belowOverlays(mounts),
  ]);
  for (const mount of mounts)
    note(names(mount.number, mount.source), `mounted on ${mount.at}`, systemMounts.has(mount));
  for (const line of files.text('/proc/swaps').split('\n').slice(1)) {
    const [file = '', type] = line.split(/\s+/);
    if (type === 'partition') note(names('', plain(file)), 'swap');
  }
  for (const id of files.list('/sys/fs/btrfs')) {
    for (const name of files.list(`/sys/fs/btrfs/${id}/devices`)) note(name, 'part of a mounted btrfs');
  }
  for (const { name, folder } of nodes) {
    const shown = files.text(`${folder}/loop/backing_file`);
    if (shown.startsWith('/dev/')) note(names('', shown), `shown by the loop device ${name}`);
  }
  const holders = new Map(nodes.map((node) => [node.name, node.holders]));
  const usesOf = (name: string, seen: ReadonlySet<string> = new Set()): BlockUse[] => [
    ...(direct.get(name) ?? []),
    ...(holders.get(name) ?? [])
      .filter((holder) => !seen.has(holder))
      .flatMap((holder) => [
        { text: `part of ${holderText(files, holder)}`, system: false },
        ...usesOf(holder, new Set([...seen, holder])),
      ]),
  ];
  return (name) => usesOf(name);
}

/** Finds a device by its number, or by a path of /dev that it is mounted by. */
function deviceNames(
  files: SystemFiles,
  nodes: readonly BlockNode[],
): (number: string, path: string) => string | undefined {
  const byNumber = new Map(nodes.map(({ number, name }) => [number, name]));
  const byPath = new Map(nodes.map(({ name }) => [`/dev/${name}`, name]));
  for (const { name, folder } of nodes) {
    const mapped = files.text(`${folder}/dm/name`);
    if (mapped !== '') byPath.set(`/dev/mapper/${mapped}`, name);
  }
  // File systems over several disks have numbers of their own.
  return (number, path) => byNumber.get(number) ?? byPath.get(path) ?? byPath.get(files.real(path));
}

/** The mounts that the folders of an overlay on a system's place lie on. */
function belowOverlays(mounts: readonly Mount[]): Mount[] {
  return mounts
    .filter(({ type, at }) => type === 'overlay' && systemPlaces.test(at))
    .flatMap(({ options }) => options)
    .flatMap((option) => /^(?:lowerdir|upperdir)\+?=(.*)$/.exec(option)?.[1]?.split(':') ?? [])
    .flatMap((folder) => {
      const above = mounts.filter(({ at }) => at !== '/' && (folder === at || folder.startsWith(`${at}/`)));
      const nearest = above.sort((a, b) => b.at.length - a.at.length)[0];
      return nearest === undefined ? [] : [nearest];
    });
}

function holderText(files: SystemFiles, name: string): string {
  const folder = files.real(`/sys/block/${name}`);
  const mapped = files.text(`${folder}/dm/name`);
  const uuid = files.text(`${folder}/dm/uuid`);
  if (uuid.startsWith('CRYPT-')) return `LUKS ${mapped}`;
  if (uuid.startsWith('LVM-')) return `LVM ${mapped}`;
  if (mapped !== '') return `the mapping ${mapped}`;
  return name.startsWith('md') ? `RAID ${name}` : name;
}
