import { carriedPaths } from '../../../base/carried.ts';
import { isFolder, makeFolders } from '../../host/files.ts';
import { isMountPoint, mounts } from '../../host/mount-table.ts';
import { busybox, execute } from '../../host/run.ts';
import { list, readText } from '../../host.ts';
import { type SystemsDir, templatesFolder } from '../../lib/systems/places.ts';
import { superblockOf } from '../../supervisor/block-devices.ts';
import { readPlaces } from '../places.ts';

/** Folders that hold templates. */
export interface TemplatePlace {
  readonly path: string;
  /** The systems directory that it belongs to; `undefined`: it lies on a volume or the boot medium, and is only read. */
  readonly dir: SystemsDir | undefined;
}

/** The medium that the templates of this image are on is mounted here by the supervisor, read-only. */
export const mediumFolder = '/run/diskbios/medium';
/** Media that were looked into are mounted here, by their device's name. */
const mediaFolder = '/run/diskbios/media';
/** At the top of a volume or medium. */
const onMedium = 'templates';

/** Where templates are known to be: of this systems directory, of the others, of volumes, of media looked into. */
export function templatePlaces(first?: SystemsDir): TemplatePlace[] {
  const { dirs, volumes } = readPlaces();
  const ordered = [
    ...(first === undefined ? [] : [first]),
    ...dirs.filter(({ path }) => path !== first?.path),
  ];
  const folders = [
    ...volumes.map(({ folder }) => `${folder}/${onMedium}`),
    ...list(mediaFolder).map((name) => `${mediaFolder}/${name}/${onMedium}`),
    ...list(mediaFolder).map((name) => `${mediaFolder}/${name}${carriedPaths.templates}`),
    `${mediumFolder}${carriedPaths.templates}`,
  ];
  return [
    ...ordered.map((dir) => ({ path: templatesFolder(dir.path), dir })),
    ...folders.filter(isFolder).map((path) => ({ path, dir: undefined })),
  ];
}

/** Kinds of file systems that boot media have. Others are not mounted unasked: even to read them can change them. */
const mediaTypes: readonly string[] = ['iso9660', 'vfat'];

/** Looks for templates on the boot medium and its like, and mounts what has some, read-only. Done once per boot and device. */
export async function lookForMedia(): Promise<void> {
  const used = new Set(mounts().map(({ what }) => what));
  const names = list('/sys/class/block').filter(
    (name) =>
      !/^(loop|ram|zram|fd|nbd|mtdblock|dm-)\d/.test(name) &&
      (readText(`/sys/class/block/${name}/size`) ?? '').trim() !== '0',
  );
  for (const name of names) {
    const at = `${mediaFolder}/${name}`;
    if (used.has(`/dev/${name}`) || isMountPoint(at)) continue;
    const type = (await superblockOf(`/dev/${name}`))?.type;
    if (type === undefined || !mediaTypes.includes(type)) continue;
    makeFolders(at);
    const options = 'ro,nodev,nosuid';
    const { code } = await execute([busybox, 'mount', '-t', type, '-o', options, `/dev/${name}`, at]);
    if (code === 0 && !isFolder(`${at}/${onMedium}`) && !isFolder(`${at}${carriedPaths.templates}`))
      await execute([busybox, 'umount', at]);
  }
}
