import { isFolder, isThere, removeOne } from '../host/files.ts';
import { mounts } from '../host/mount-table.ts';
import { busybox, execute, must } from '../host/run.ts';
import { exists, replaceFile } from '../host.ts';
import { projectIn, projectOf, quotaWords } from '../lib/systems/project-quota.ts';
import type { Target } from './engines/engine.ts';
import { readPlaces } from './places.ts';
import type { SoundSystem } from './store.ts';

/** How much of a disk a system fills, counted and limited by its file system: project quotas of ext4. */

const setquota = '/usr/sbin/setquota';
const capsh = '/usr/sbin/capsh';
const chattr = '/usr/bin/chattr';
const needs = [
  { path: setquota, package: 'quota' },
  { path: capsh, package: 'libcap2-bin' },
  { path: chattr, package: 'e2fsprogs' },
];

/** The folders whose files count. Not what lies beside them, such as snapshots: trees are moved there and back. */
const counted = ({ folder }: Pick<SoundSystem, 'folder'>): string[] =>
  ['rootfs', 'delta', 'work'].map((name) => `${folder}/${name}`).filter(isFolder);

/** Says that a limit was set, since a file system keeps that until it is taken away. */
const marker = ({ folder }: Pick<SoundSystem, 'folder'>): string => `${folder}/.limited`;

/** Why the limit of a system cannot be kept, with what to do; nothing where it can, or where there is none. */
export function diskLimitProblems({ name, system, dir }: Omit<SoundSystem, 'folder' | 'problems'>): string[] {
  if (system.limits.disk === undefined) return [];
  const cure = `systemx set ${name} disk=none`;
  const volume = readPlaces().volumes[dir.volume ?? -1];
  if (volume === undefined) return [`what lies in memory is limited by memory=, not by disk=: ${cure}`];
  const { device, type, folder } = volume;
  if (type !== 'ext4') return [`disk= needs ext4, and ${device} has ${type}: ${cure}`];
  if (!mounts().some(({ at, options }) => at === folder && options.includes('prjquota')))
    return [
      `the file system of ${device} does not count by folders: ${cure}, or boot with diskbios.data=none and run: tune2fs -O project,quota -Q prjquota ${device}`,
    ];
  const missing = needs.filter(({ path }) => !exists(path)).map((one) => one.package);
  if (missing.length > 0) return [`disk= needs the packages ${missing.join(' and ')} in the recipe: ${cure}`];
  // Root of the machine may go over every limit; what goes through an overlay goes in the name of whoever has mounted it.
  if (
    (system.engine === 'chroot' || system.privileged) &&
    (system.kind === 'os' || system.layering === 'binds')
  )
    return [
      `disk= does not bind root of the machine, which root of ${name} is: ${cure}, or engine=lxc privileged=no`,
    ];
  return [];
}

/** Sets or takes away the limit of a system, before its root is mounted. */
export async function limitDisk(target: Target): Promise<void> {
  const { name, system, dir } = target;
  const bytes = system.limits.disk;
  const volume = readPlaces().volumes[dir.volume ?? -1];
  if (volume === undefined || dir.readOnly || (bytes === undefined && !isThere(marker(target)))) return;
  if (bytes !== undefined) {
    replaceFile(marker(target), '');
    await tag(counted(target), projectOf(name));
  }
  await must([setquota, ...quotaWords(name, bytes, volume.folder)]);
  if (bytes === undefined) removeOne(marker(target));
}

/** Has the files below these folders count for a project. The folders come last: they say that it is done. */
async function tag(folders: readonly string[], project: number): Promise<void> {
  const { stdout } = await execute(['/usr/bin/lsattr', '-pd', ...folders]);
  const done = stdout.trim().split('\n').map(projectIn);
  if (done.length === folders.length && done.every((one) => one === project)) return;
  const id = String(project);
  const find = [busybox, 'find', ...folders, '-xdev'];
  await must([...find, '-type', 'f', '-exec', chattr, '-p', id, '{}', '+']);
  await must([...find, '-depth', '-type', 'd', '-exec', chattr, '-p', id, '+P', '{}', '+']);
}

/** Goes before the program that mounts the root: who has mounted an overlay writes below it, and must not be one who may go over limits. */
export const boundByLimits = ({ limits }: Target['system'], program: string): string[] =>
  limits.disk === undefined ? [program] : [capsh, '--drop=cap_sys_resource', `--shell=${program}`, '--'];
