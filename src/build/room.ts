import { existsSync, lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Place } from '../base/errors.ts';
import type { Lock } from '../debian/lock-file.ts';
import type { StepNode } from '../plan/types.ts';
import { mediaKinds, type Recipe } from '../recipe/types.ts';
import type { Store } from '../store/store.ts';
import { freeBytes, tooLittleSpace } from '../sys/free-space.ts';
import type { BuildPlan, Target } from './plan.ts';

/** A file that is written beside its place in the output folder and then takes the place of what was there. */
export interface Arrival {
  /** Bytes on the disk that it takes. */
  readonly takes: number;
  /** Bytes that are free again once it is in its place. */
  readonly frees: number;
}

/** Bytes that must be free for all of these, one after the other. */
export function roomNeeded(arrivals: readonly Arrival[]): number {
  let [taken, most] = [0, 0];
  for (const { takes, frees } of arrivals) {
    most = Math.max(most, taken + takes);
    taken += takes - frees;
  }
  return most;
}

/** A file to be published and where it comes from. */
export interface Arriving {
  readonly name: string;
  /** The file or folder in the artifact. */
  readonly from: string;
  /** An archive that is unpacked into the folder. */
  readonly root?: string | undefined;
}

/**
 * Throws `FailedError` where the output folder has no room for finished files.
 * @param unchanged whether a file is there already as it is to be; asked only where room is scarce
 */
export function checkRoom(
  files: readonly Arriving[],
  outDir: string,
  unchanged: (name: string) => boolean,
): void {
  const folder = existing(outDir);
  const free = freeBytes(folder);
  if (free === undefined) return;
  const arrivals = files.map(({ name, from, root }) => ({
    name,
    takes: (sharesBlocks(from, folder) ? 0 : onDisk(from)) + (root === undefined ? 0 : onDisk(root)),
    frees: onDisk(join(outDir, name)),
  }));
  if (roomNeeded(arrivals) <= free) return;
  const needed = roomNeeded(arrivals.filter(({ name }) => !unchanged(name)));
  if (needed > free) throw tooLittleSpace(namesOf(files), outDir, needed, free);
}

/** Of the packages' archives, what at least is in an initrd: modules and excluded files may be left out. */
const leastOfPackages = 0.25;

/**
 * Throws `FailedError` where the output folder cannot have room for what a plan is going to make, before it is made: what is in
 * the store is known, of the rest it is known what must be in it. It names the place in the recipe that asks for most of it.
 * @param free bytes that the folder has room for
 */
export function checkRoomAhead(plan: BuildPlan, outDir: string, store: Store, free = freeOf(outDir)): void {
  const { targets, lock, recipe } = plan;
  const folder = existing(outDir);
  if (free === undefined) return;
  const arrivals = targets.map(({ name, node, file, medium }) => {
    const made = store.find(node.id);
    const from = made === undefined ? undefined : join(made.dir, file);
    // What lies beside a medium, such as its block map, is made from it and small.
    const least = medium === undefined ? 0 : leastBytes(node, lock, store);
    const known = from === undefined ? least : onDisk(from);
    // What is in the store may lie in the output folder as it is.
    const there = from !== undefined && sizeOf(join(outDir, name)) === sizeOf(from);
    const takes = there || (from !== undefined && sharesBlocks(from, folder)) ? 0 : known;
    return { takes, frees: there ? 0 : onDisk(join(outDir, name)) };
  });
  const needed = roomNeeded(arrivals);
  if (needed <= free) return;
  const most = Math.max(...arrivals.map(({ takes }) => takes));
  // Of what is equally large as far as is known, what was added last: others come with the recipe that is extended.
  const largest = targets[arrivals.findLastIndex(({ takes }) => takes === most)];
  throw tooLittleSpace(namesOf(targets), outDir, needed, free, askedBy(recipe, largest));
}

const freeOf = (folder: string): number | undefined => freeBytes(existing(folder));

/** What in the recipe makes a file, and what is left without it. */
function askedBy({ place, media }: Recipe, target: Target | undefined): { place?: Place; hint?: string } {
  const kind = target?.medium;
  if (target === undefined || kind === undefined) return {};
  const others = mediaKinds.filter((each) => each !== kind && media[each] !== undefined);
  const hint =
    others.length === 0
      ? undefined
      : `; most of it is for ${target.name}, which \`--medium ${others.join(',')}\` leaves out`;
  const [found, above] = [place(['media', kind]), place(['media'])];
  const isWritten = found.line !== above.line || found.column !== above.column;
  return { ...(isWritten ? { place: found } : {}), ...(hint === undefined ? {} : { hint }) };
}

/** What must be in a medium: its kernel and its initrd. */
function leastBytes(node: StepNode, lock: Lock, store: Store): number {
  const parts = nodesBelow(node).filter(({ kind }) => kind.name === 'initrd' || kind.name === 'kernel');
  if (!parts.some(({ kind }) => kind.name === 'initrd')) return 0;
  const made = parts.map(({ id }) => store.find(id)?.meta.bytes);
  const known = made.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  if (made.every((bytes) => bytes !== undefined)) return known;
  const packages = [...lock.image, ...lock.kernel, ...(lock.firmware ?? [])].reduce(
    (sum, { size }) => sum + size,
    0,
  );
  return Math.max(known, Math.floor(packages * leastOfPackages));
}

function nodesBelow(node: StepNode): StepNode[] {
  const seen = new Map<string, StepNode>();
  const visit = (each: StepNode): void => {
    // Packages and tools are not in a medium as they are.
    if (seen.has(each.id) || each.kind.waits === true) return;
    seen.set(each.id, each);
    for (const input of Object.values(each.inputs)) visit(input);
  };
  visit(node);
  return [...seen.values()];
}

/** The folder, or the nearest one above it that is there. */
function existing(folder: string): string {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** Bytes that a file takes on the disk without its holes, or all files of a folder. */
function onDisk(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return Math.min(found.blocks * 512, Math.ceil(found.size / 4096) * 4096);
  return readdirSync(path).reduce((sum, name) => sum + onDisk(join(path, name)), 4096);
}

/** Magic numbers of file systems on which a copy shares the blocks of the original (statfs(2)): btrfs, XFS, bcachefs. */
const sharing: readonly number[] = [0x9123683e, 0x58465342, 0xca451a4e];

function sharesBlocks(from: string, folder: string): boolean {
  const found = statSync(from);
  const isSparse = found.isFile() && found.blocks * 512 < found.size;
  return !isSparse && found.dev === statSync(folder).dev && sharing.includes(statfsSync(folder).type >>> 0);
}

function namesOf(files: readonly { readonly name: string }[]): string {
  const [first = '', ...others] = files.map(({ name }) => name);
  return others.length === 0 ? first : `${first} and ${others.length} other${others.length === 1 ? '' : 's'}`;
}
