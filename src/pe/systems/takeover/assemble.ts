import { FailedError } from '../../../base/errors.ts';
import { livefsTemplate } from '../../../base/system.ts';
import { isFolder, lstat, makeFolders, readAt, readLink, writeFile } from '../../host/files.ts';
import { busybox, execute, must } from '../../host/run.ts';
import { mount } from '../../host/tree.ts';
import { replaceFile, writeText } from '../../host.ts';
import { elfFacts } from '../../lib/elf.ts';
import { type Places } from '../../lib/systems/places.ts';
import { resolveInside } from '../../lib/systems/resolve.ts';
import { targetFolder } from '../../lib/takeover/handover.ts';
import { canList, kernelFolders, kernelMounts, missingLibraries } from '../../lib/takeover/mounts.ts';
import { initOf } from '../init.ts';
import { livefsTemplateLayers } from '../livefs.ts';
import { mountRoot } from '../root.ts';
import { mustBeSound, rootProblems, subjectProblems } from './checks.ts';
import { imageLayers, lendModules } from './modules.ts';
import type { Subject } from './subject.ts';

/** Folder in memory for what the root is put together from. */
export const partsFolder = '/run/diskbios/takeover';
/** Milliseconds that a dynamic loader may take to list libraries. */
const patience = 20_000;

/**
 * Puts the root of a system together at `targetFolder`, a mount of its own, with all that it needs to go on when nothing of the
 * PE is left. Throws with what is wrong; what has been mounted by then is the caller's to unmount.
 */
export async function assemble(subject: Subject, places: Places): Promise<void> {
  const root = targetFolder;
  mustBeSound(subjectProblems(subject, places));
  makeFolders(root);
  makeFolders(partsFolder);
  if (subject.root !== undefined) await mount({ what: subject.root, at: root, options: ['bind'] });
  else {
    mustOutlast(subject);
    await mountRoot({ ...subject, root, run: partsFolder, cgroup: '', console: false }, undefined);
  }
  mustBeSound(rootProblems(root, subject));
  mustBeSound(await libraryProblems(root, subject));
  await lendModules(root);
  await provide(root, subject, places);
  writeText('/proc/sys/kernel/hostname', subject.system.hostname ?? subject.name);
}

/** The livefs as a template must be made of images: files of the initrd are deleted. */
function mustOutlast({ system }: Subject): void {
  if (system.template?.name !== livefsTemplate) return;
  const images = imageLayers();
  const lost = livefsTemplateLayers().find((layer) => !images.some((at) => `${layer}/`.startsWith(`${at}/`)));
  if (lost !== undefined)
    throw new FailedError('no-template', `the layer ${lost} of its template goes with the PE`);
}

/** Asked of the loader that the kernel would start the init with; it runs nothing of the init. */
async function libraryProblems(root: string, { system }: Subject): Promise<string[]> {
  const [init = ''] = initOf(system);
  const inside = resolveInside(init, (path) => readLink(`${root}${path}`));
  const loader = elfFacts(readAt(`${root}${inside ?? init}`, 0, 4096) ?? new Uint8Array())?.interpreter;
  if (loader === undefined || !canList(loader)) return [];
  const { stdout, stderr } = await execute([busybox, 'chroot', root, loader, '--list', init], {
    within: patience,
  });
  const missing = missingLibraries(`${stdout}\n${stderr}`);
  return missing.length === 0 ? [] : [`its init ${init} needs ${missing.join(', ')}, which is not there`];
}

/** The kernel's file systems, the extra folders of its settings and, for what stands on a template, its volume. */
async function provide(root: string, { system, root: own }: Subject, places: Places): Promise<void> {
  for (const name of kernelFolders) makeFolders(`${root}/${name}`);
  const run = lstat(`${root}/run`)?.kind === 'folder';
  const table = `${partsFolder}/kernel.fstab`;
  replaceFile(table, kernelMounts(root, { run }));
  await must([busybox, 'mount', '-a', '-T', table]);
  for (const { from, to, readOnly } of system.mounts) await show(root, from, to, readOnly);
  // Its delta lies there: its own shutdown can put away only what it sees.
  if (own !== undefined || !run) return;
  makeFolders(`${root}/run/diskbios`, 0o700);
  for (const { folder } of places.volumes) {
    makeFolders(`${root}${folder}`);
    await mount({ what: folder, at: `${root}${folder}`, options: ['bind'] });
  }
}

async function show(root: string, from: string, to: string, readOnly: boolean): Promise<void> {
  const inside = resolveInside(to, (path) => readLink(`${root}${path}`));
  if (inside === undefined || inside === '/')
    throw new FailedError('bad-mount', `it is to see ${from} as ${to}, which leads nowhere in it`);
  const at = `${root}${inside}`;
  if (isFolder(from)) makeFolders(at);
  else {
    makeFolders(at.slice(0, at.lastIndexOf('/')));
    if (lstat(at) === undefined) writeFile(at, new Uint8Array());
  }
  await mount({ what: from, at, options: ['bind'] });
  if (readOnly) await mount({ what: from, at, options: ['bind', 'remount', 'ro'] });
}
