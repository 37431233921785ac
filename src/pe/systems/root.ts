import { FailedError, MissingError } from '../../base/errors.ts';
import { livefsTemplate } from '../../base/system.ts';
import { isFolder, makeFolders } from '../host/files.ts';
import { mountsBelow, mountsWith } from '../host/mount-table.ts';
import { busybox, execute, must } from '../host/run.ts';
import { exists, removeFile, replaceFile } from '../host.ts';
import {
  type AppFacts,
  bindMounts,
  mountTable,
  osMounts,
  overlayMounts,
  type RootMount,
} from '../lib/systems/layering.ts';
import { ownFolders } from './binds.ts';
import { boundByLimits } from './disk-limit.ts';
import type { Target } from './engines/engine.ts';
import { idMapProblem, mountProgram } from './id-maps.ts';
import { livefsTemplateLayers } from './livefs.ts';
import { templateFolder } from './templates/folder.ts';

/** The read-only layers that an app system stands on, the topmost first. */
async function lowerLayers(target: Target): Promise<string[]> {
  const { template } = target.system;
  if (template === undefined) throw new FailedError('no-template', `${target.name} has no template`);
  return template.name === livefsTemplate
    ? livefsTemplateLayers()
    : [await templateFolder(target.dir, template)];
}

/** Puts the root of a system together at `target.root`. `idBase`: with ids of its own, from there on. */
export async function mountRoot(target: Target, idBase: number | undefined): Promise<void> {
  const facts = { folder: target.folder, run: target.run, root: target.root, idBase };
  const wrong = idBase === undefined ? undefined : idMapProblem();
  if (wrong !== undefined)
    throw new MissingError(
      `${target.name} cannot be started: ${wrong}`,
      `systemx set ${target.name} privileged=yes, or engine=chroot`,
    );
  makeFolders(target.root);
  if (target.system.kind === 'os') {
    if (!isFolder(`${target.folder}/rootfs`))
      throw new FailedError('no-root', `${target.name} has no folder rootfs`, {
        hint: `it should be ${target.folder}/rootfs`,
      });
    await mountAll(target, osMounts(facts));
    return;
  }
  const app: AppFacts = { ...facts, lower: await lowerLayers(target) };
  for (const name of ['delta', 'work']) makeFolders(`${target.folder}/${name}`);
  await mountAll(
    target,
    target.system.layering === 'binds' ? bindMounts(app, await ownFolders(app)) : overlayMounts(app),
  );
}

/** One process for all: under emulation each takes longer than what it does. */
async function mountAll({ name, folder, run, system }: Target, table: readonly RootMount[]): Promise<void> {
  const uppers = [`upperdir=${folder}/delta`, `upperdir=${run}/own/delta`];
  const twice = mountsWith(...uppers).find(({ options }) => uppers.some((upper) => options.includes(upper)));
  if (twice !== undefined)
    throw new FailedError('mounted', `the delta of ${name} is mounted at ${twice.at} already`, {
      hint: `umount ${twice.at}`,
    });
  for (const { at } of table) if (!exists(at)) makeFolders(at);
  const path = `${run}/mounts`;
  replaceFile(path, mountTable(table), 0o600);
  const doubtful = exists(leftPath(run));
  const before = doubtful ? await timesInUse() : 0;
  const program = idMapProblem() === undefined ? boundByLimits(system, mountProgram) : [busybox, 'mount'];
  await must([...program, '-a', '-T', path]);
  if (!doubtful) return;
  if ((await timesInUse()) > before)
    throw new FailedError('in-use', `the root of the last run of ${name} is still in use`, {
      hint: `leave ${run}/root and end what has files of it open, or reboot`,
    });
  removeFile(leftPath(run));
}

/** There since a root was unmounted that something still used: two mounts of one delta at a time would spoil it. */
const leftPath = (run: string): string => `${run}/left`;

/** How often the kernel has said that a delta was mounted twice: it says so, but does it. */
async function timesInUse(): Promise<number> {
  const { stdout } = await execute([busybox, 'dmesg']);
  return stdout.split('\n').filter((line) => /overlayfs: (upper|work)dir is in-use/.test(line)).length;
}

/** Takes away all that is mounted for a run of a system; what is in use goes when its last user does. */
export async function unmountRoot({ run }: Pick<Target, 'run'>): Promise<void> {
  // Mount namespaces of processes that have ended go a moment later.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const left = mountsBelow(run);
    if (left.length === 0) return;
    if (attempt > 0) await execute([busybox, 'usleep', '50000']);
    await execute([busybox, 'umount', ...left]);
  }
  const left = mountsBelow(run);
  replaceFile(leftPath(run), '');
  await must([busybox, 'umount', '-l', ...left]);
}
