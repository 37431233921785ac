import { CommandError } from '../../base/errors.ts';
import { dirProblem } from '../../base/system-path.ts';
import { lstat, makeFolders } from '../host/files.ts';
import { isMountPoint } from '../host/mount-table.ts';
import { busybox, execute } from '../host/run.ts';
import { mount, unmount } from '../host/tree.ts';
import { list } from '../host.ts';
import {
  type Candidate,
  fullProblem,
  kernelReason,
  repairCommand,
  spaceIn,
} from '../lib/systems/data-volumes.ts';
import { type SystemsDir, tidyPath, type Volume } from '../lib/systems/places.ts';

export interface MountResult {
  readonly volume: Volume | undefined;
  readonly problems: readonly string[];
}

/** Mounts a data volume. It is never formatted, and repaired no further than its journal does it. */
export async function mountVolume(
  { device, superblock, writeProtected }: Candidate,
  folder: string,
): Promise<MountResult> {
  const { type, label, uuid } = superblock;
  makeFolders(folder);
  await execute([busybox, 'modprobe', '-q', type]);
  const volume = (readOnly: string | undefined): Volume => ({ device, type, label, uuid, folder, readOnly });
  const repair = `repair it: ${repairCommand(type, device)}, then reboot`;
  try {
    if (superblock.needsReplay && !writeProtected) await replayJournal(device, type, folder);
    if (superblock.hasErrors) {
      await mount({ what: device, at: folder, type, options: ['ro', 'noatime'] });
      const why = 'its file system has noted mistakes in itself';
      return {
        volume: volume(why),
        problems: [
          `the data volume ${device} is used for reading only: ${why}; umount ${folder} and ${repair}`,
        ],
      };
    }
    if (writeProtected) {
      await mountProtected(device, type, folder);
      const why = 'the disk is write-protected';
      return {
        volume: volume(why),
        problems: [
          `the data volume ${device} is used for reading only: ${why}; nothing on it can be changed or started: take the protection away, then reboot`,
        ],
      };
    }
    const counts = superblock.projectQuota ? ['prjquota'] : [];
    await mount({ what: device, at: folder, type, options: ['noatime', ...counts] });
    const space = spaceIn((await execute([busybox, 'df', '-Pk', folder])).stdout);
    const full = space === undefined ? undefined : fullProblem(device, space);
    return { volume: volume(undefined), problems: full === undefined ? [] : [full] };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { stdout } = await execute([busybox, 'dmesg']);
    const why = kernelReason(stdout, device) ?? error.lastLines.replaceAll('\n', ' ');
    return {
      volume: undefined,
      problems: [
        `the data volume ${device} (${type}) cannot be mounted: ${why}; nothing on it was changed; ${repair}`,
      ],
    };
  }
}

/**
 * Puts what the journal holds into its place, and lets go of the file system. Linux counts the groups of an ext4 before it replays
 * the journal: where that makes the file system larger, since the power failed while it grew, a mount that goes on with the
 * old number of groups loses what is written ("This should not happen!! Data will be lost", kernel 6.12).
 */
async function replayJournal(what: string, type: string, at: string): Promise<void> {
  try {
    await mount({ what, at, type, options: ['ro', 'noatime'] });
  } catch {
    // What is wrong is told by the mount that follows; nothing is where it is in use already, and its journal with it.
    return;
  }
  await unmount(at);
}

/** A journal that would have to be replayed cannot be, on a disk that takes no writes. */
async function mountProtected(what: string, type: string, at: string): Promise<void> {
  try {
    await mount({ what, at, type, options: ['ro', 'noatime'] });
  } catch (error) {
    const without = { ext4: 'noload', xfs: 'norecovery', btrfs: 'rescue=nologreplay' }[type];
    if (without === undefined) throw error;
    await mount({ what, at, type, options: ['ro', 'noatime', without] });
  }
}

export interface OfferedDirs {
  readonly dirs: readonly SystemsDir[];
  readonly problems: readonly string[];
}

/**
 * Shows systems directories of a volume at their own path in the PE, where that path is free; else where the volume is
 * mounted. With `make` those that are not there are made.
 */
export async function offerDirs(
  volume: Volume,
  index: number,
  paths: readonly string[],
  { make, taken }: { readonly make: boolean; readonly taken: readonly string[] },
): Promise<OfferedDirs> {
  const dirs: SystemsDir[] = [];
  const problems: string[] = [];
  for (const path of paths.map(tidyPath)) {
    const there = `${volume.folder}${path}`;
    const wrong = dirProblem(path) ?? linkProblem(volume.folder, path);
    if (wrong !== undefined) {
      problems.push(`the systems directory ${path} on ${volume.device} is not used: it ${wrong}`);
      continue;
    }
    if (lstat(there) === undefined) {
      if (!make || volume.readOnly !== undefined) continue;
      makeFolders(there);
    }
    const readOnly = volume.readOnly !== undefined;
    if (taken.includes(path)) {
      dirs.push({ path: there, volume: index, readOnly });
      continue;
    }
    if (!isMountPoint(path)) {
      if (list(path).length > 0) {
        problems.push(
          `the systems directory ${path} on ${volume.device} is not used: the PE has a folder of its own there`,
        );
        continue;
      }
      makeFolders(path);
      await mount({ what: there, at: path, options: ['bind'] });
    }
    dirs.push({ path, volume: index, readOnly });
  }
  return { dirs, problems };
}

/** A link on the volume would lead into the PE's own root. */
export function linkProblem(volume: string, path: string): string | undefined {
  let at = volume;
  for (const part of path.split('/').slice(1)) {
    at = `${at}/${part}`;
    const kind = lstat(at)?.kind;
    if (kind === undefined) return undefined;
    if (kind !== 'folder') return kind === 'link' ? 'leads through a link' : `is a ${kind}, no folder`;
  }
  return undefined;
}
