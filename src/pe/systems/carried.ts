import { type CarriedFile, carriedName, carriedPaths, parseCarried } from '../../base/carried.ts';
import { FailedError } from '../../base/errors.ts';
import { livefsTemplate } from '../../base/system.ts';
import { isThere, makeFolders } from '../host/files.ts';
import { isMountPoint } from '../host/mount-table.ts';
import { busybox, execute } from '../host/run.ts';
import { list, readText } from '../host.ts';
import { afterMaking, carriedMadeText, toMake } from '../lib/systems/carried.ts';
import { peFolder, type SystemsDir } from '../lib/systems/places.ts';
import { superblockOf } from '../supervisor/block-devices.ts';
import { madeFile, readMade } from './carried-made.ts';
import { writeDurably } from './durable.ts';
import { create } from './lifecycle/create.ts';
import { mediumFolder } from './templates/places.ts';

/** The list at a path; throws `FailedError` where it is damaged. */
function readList(path: string): CarriedFile | undefined {
  const text = readText(path);
  if (text === undefined) return undefined;
  const found = parseCarried(text);
  if ('wrong' in found) throw new FailedError('carried', `${path}: ${found.wrong}`);
  return found.carried;
}

/** What came with the data volume, as it was built. */
export const listOnVolume = (dir: SystemsDir): CarriedFile | undefined =>
  readList(`${peFolder(dir.path)}/${carriedName}`);

/** Devices that were looked at, by name and size, so that each is read once. */
const looked = new Set<string>();

/** Looks for the medium whose list has this id, and leaves it mounted; `undefined` where none of the present ones is it. */
export async function findMedium(id: string): Promise<CarriedFile | undefined> {
  const there = (): CarriedFile | undefined => readList(`${mediumFolder}${carriedPaths.list}`);
  if (isMountPoint(mediumFolder)) return there();
  const names = list('/sys/class/block').filter(
    (name) => !/^(loop|ram|zram|fd|nbd|mtdblock|dm-)\d/.test(name),
  );
  for (const name of names) {
    const size = (readText(`/sys/class/block/${name}/size`) ?? '0').trim();
    const key = `${name} ${size}`;
    if (size === '0' || looked.has(key)) continue;
    looked.add(key);
    if ((await superblockOf(`/dev/${name}`))?.type !== 'iso9660') continue;
    makeFolders(mediumFolder);
    const options = 'ro,nodev,nosuid';
    const { code } = await execute([
      ...[busybox, 'mount', '-t', 'iso9660', '-o', options, `/dev/${name}`, mediumFolder],
    ]);
    if (code !== 0) continue;
    const found = parseCarried(readText(`${mediumFolder}${carriedPaths.list}`));
    if ('carried' in found && found.carried.id === id) return found.carried;
    await execute([busybox, 'umount', mediumFolder]);
  }
  return undefined;
}

/** Makes the systems of a list that were never made in this directory. Resolves to a line for each that could not be. */
export async function makeCarried(
  dir: SystemsDir,
  carried: CarriedFile,
  log: (line: string) => void,
): Promise<readonly string[]> {
  if (dir.readOnly) return [];
  const before = readMade(dir);
  const problems: string[] = [];
  const failed: string[] = [];
  for (const { name, template, kind, settings } of toMake(carried, before, (one) =>
    isThere(`${dir.path}/${one}`),
  )) {
    const from = template.name === livefsTemplate ? livefsTemplate : `${template.name}@${template.version}`;
    try {
      await create({ name, from, kind, engine: undefined, dir: dir.path, settings });
      log(`system ${name}, which travels with this image, is made in ${dir.path}`);
    } catch (error) {
      failed.push(name);
      const why = error instanceof Error ? error.message.replaceAll('\n', '; ') : String(error);
      problems.push(`the system ${name}, which travels with this image, could not be made: ${why}`);
    }
  }
  const after = carriedMadeText(afterMaking(carried, before, failed));
  if (after !== carriedMadeText(before)) {
    makeFolders(peFolder(dir.path), 0o700);
    await writeDurably(madeFile(dir), after);
  }
  return problems;
}
