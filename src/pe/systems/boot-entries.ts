import { grubEnvSize } from '../../base/grub-env.ts';
import { nameProblem } from '../../base/system.ts';
import { isThere, lstat, makeFolders, writeAt } from '../host/files.ts';
import { syncFileSystem } from '../host/tree.ts';
import { list, readText } from '../host.ts';
import { type BootEntries, grubenvText, noBootEntries, readGrubenv } from '../lib/systems/grubenv.ts';
import type { CommitStep } from '../lib/systems/journal.ts';
import { type Places, peFolder, volumesFolder } from '../lib/systems/places.ts';
import { toUtf8 } from '../lib/utf8.ts';
import { writeDurably } from './durable.ts';
import { locked } from './lock.ts';
import { readPlaces } from './places.ts';

/** The boot menu's own file on the data volume, `<home>/.pe/grubenv`: see grub/systems.cfg.in. */

const grubenvPath = (home: string): string => `${peFolder(home)}/grubenv`;

/** Systems that a boot from the menu would find: those of the home volume, in directories seen at their own path. */
function systemsForMenu({ dirs }: Places): string[] {
  const [home] = dirs;
  const names = dirs
    .filter(({ path, volume }) => volume === home?.volume && !path.startsWith(`${volumesFolder}/`))
    .flatMap(({ path }) =>
      list(path).filter((name) => nameProblem(name) === undefined && isThere(`${path}/${name}/system.json`)),
    );
  return [...new Set(names)];
}

/** What the boot menu knows now. */
export function bootEntries(places: Places = readPlaces()): BootEntries {
  const [home] = places.dirs;
  return home === undefined ? noBootEntries : readGrubenv(readText(grubenvPath(home.path)));
}

/**
 * Tells the boot menu which systems there are, and with `edit` which of them it starts by itself. To be called whenever systems
 * have come or gone. Returns what it knows then; without a data volume that can be written to nothing is done.
 */
export async function refreshBootEntries(
  places: Places = readPlaces(),
  edit: (before: BootEntries) => Partial<BootEntries> = () => ({}),
): Promise<BootEntries> {
  const [home] = places.dirs;
  if (home?.volume === undefined || home.readOnly) return noBootEntries;
  return locked(`*${home.path}/.pe/grubenv`, async () => {
    const path = grubenvPath(home.path);
    const before = bootEntries(places);
    const text = grubenvText({ ...before, systems: systemsForMenu(places), ...edit(before) });
    if (text !== readText(path)) await write(path, text, places.volumes[home.volume ?? -1]?.type);
    return readGrubenv(text);
  });
}

/**
 * The same after a change of the tree: what was renamed stays what it was to the menu. The change is done whatever comes of
 * this, and the next boot does it again.
 */
export async function tellBootMenu(commit: readonly CommitStep[]): Promise<void> {
  const moved = new Map(
    commit.flatMap((step) => (step.kind === 'move' ? [[step.from, step.to] as const] : [])),
  );
  const now = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : (moved.get(name) ?? name);
  try {
    await refreshBootEntries(readPlaces(), (before) => ({
      default: now(before.default),
      once: now(before.once),
    }));
  } catch {
    // The menu then offers what is gone, and the boot says so.
  }
}

/**
 * In place where that is possible: GRUB reads no journal, so it sees what is written over a block at once, and what is renamed
 * only when the kernel has put its journal away. A block that is torn by a power cut tells it nothing, which does no harm.
 */
async function write(path: string, text: string, fileSystem: string | undefined): Promise<void> {
  const found = lstat(path);
  if (found?.kind === 'file' && found.size === grubEnvSize) writeAt(path, 0, toUtf8(text));
  else {
    makeFolders(path.slice(0, path.lastIndexOf('/')), 0o700);
    await writeDurably(path, text);
  }
  // There, what is on the disk is seen only from the tree's next root on.
  if (fileSystem === 'btrfs') await syncFileSystem(path);
}
