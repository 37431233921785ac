import { makeFolders } from '../../host/files.ts';
import { mounts } from '../../host/mount-table.ts';
import { must } from '../../host/run.ts';
import { programPath } from '../programs.ts';

/** Of btrfs, which can copy a folder in an instant if it is a subvolume. */
export function isBtrfs(path: string): boolean {
  const [nearest] = mounts()
    .filter(({ at }) => at === '/' || path === at || path.startsWith(`${at}/`))
    .sort((a, b) => b.at.length - a.at.length);
  return nearest?.type === 'btrfs';
}

/** Makes a folder that can be copied in an instant where the file system can (a btrfs subvolume). */
export async function makeVolume(path: string): Promise<void> {
  const btrfs = programPath('btrfs');
  if (btrfs === undefined || !isBtrfs(path)) {
    makeFolders(path);
    return;
  }
  makeFolders(path.slice(0, path.lastIndexOf('/')));
  await must([btrfs, 'subvolume', 'create', path]);
}
