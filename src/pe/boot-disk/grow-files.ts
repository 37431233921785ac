import { formatBytes } from '../../base/sizes.ts';
import { execute } from '../host/run.ts';
import { exists } from '../host.ts';
import { superblockOf } from '../supervisor/block-devices.ts';
import { sizeOf } from './partitions.ts';

/** A last group of blocks of ext4 that is smaller has no room but for its own tables, so it is left out. */
const worthIt = 8 * 1024 ** 2;

interface Mounted {
  readonly device: string;
  readonly type: string;
  readonly folder: string;
}

/** Programs that grow a mounted file system to the end of what it lies on, and the packages they come with. */
const growers: Readonly<
  Record<string, { package: string; argv: (volume: Mounted) => readonly [string, ...string[]] }>
> = {
  ext4: { package: 'e2fsprogs', argv: ({ device }) => ['resize2fs', device] },
  btrfs: { package: 'btrfs-progs', argv: ({ folder }) => ['btrfs', 'filesystem', 'resize', 'max', folder] },
  xfs: { package: 'xfsprogs', argv: ({ folder }) => ['xfs_growfs', folder] },
};

/** Grows a mounted file system over all of its partition. Resolves to what there is to say, if anything. */
export async function growFiles(volume: Mounted): Promise<{ log: string } | { note: string } | undefined> {
  const { device, type } = volume;
  const have = (await superblockOf(device))?.bytes ?? 0;
  const could = sizeOf(device);
  if (have === 0 || could - have < worthIt) return undefined;
  const grower = growers[type];
  const still = `its data partition has ${formatBytes(could)}, of which the file system uses ${formatBytes(have)}`;
  if (grower === undefined) return { note: `${still}: ${type} cannot be grown here` };
  const argv = grower.argv(volume);
  const [program] = argv;
  if (!['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => exists(`${folder}/${program}`)))
    return { note: `${still}: this PE has no ${program} (package ${grower.package})` };
  const { code, stdout, stderr } = await execute(argv);
  const now = (await superblockOf(device))?.bytes ?? 0;
  if (code === 0)
    return { log: `the data volume ${device} has grown from ${formatBytes(have)} to ${formatBytes(now)}` };
  const why = `${stderr}${stdout}`.trim().split('\n').at(-1) ?? '';
  return { note: `${still}: ${program} failed: ${why}` };
}
