import { FailedError } from '../../../base/errors.ts';
import { opaqueName, whiteoutName } from '../../../base/oci/whiteouts.ts';
import { makeFolders, writeFile } from '../../host/files.ts';
import { busybox, must } from '../../host/run.ts';
import { exportArguments } from '../../lib/systems/archive/tar-arguments.ts';
import { opaqueIn } from '../../lib/systems/oci/opaque.ts';
import { toUtf8 } from '../../lib/utf8.ts';
import { needed } from '../programs.ts';

/**
 * tar's options for a layer of an overlay as a layer of an image: what overlay hides by device files and attributes, images hide by
 * files with certain names, which are made in the folder `shadow`.
 */
export async function layerArguments(layer: string, shadow: string): Promise<string[]> {
  makeFolders(shadow);
  const hidden = await whiteoutsIn(layer);
  const emptied = opaqueIn(
    await must([
      ...[busybox, 'sh', '-c'],
      'cd "$0" && "$2" find . -xdev -type d -print0 | "$1" -c -f - --no-recursion --null -T - --xattrs --format=posix | "$1" -t -v -v -f - --xattrs --quoting-style=escape',
      ...[layer, needed('tar'), busybox],
    ]),
  );
  const put = (name: string): void => {
    const at = `${shadow}/${name}`;
    makeFolders(at.slice(0, at.lastIndexOf('/')));
    writeFile(at, toUtf8(''));
  };
  hidden.map(whiteoutName).forEach(put);
  emptied.map(opaqueName).forEach(put);
  const excluded = `${shadow}.excluded`;
  writeFile(excluded, toUtf8(hidden.map((path) => `./${path}\n`).join('')));
  const marks = [...hidden.map(whiteoutName), ...emptied.map(opaqueName)].map((name) => `./${name}`);
  return [
    ...exportArguments(layer).filter((word) => word !== '.'),
    ...['--anchored', '--no-wildcards', `--exclude-from=${excluded}`, '.'],
    // The names of folders come from the layer itself, with their owners and modes.
    ...(marks.length === 0 ? [] : ['-C', shadow, '--no-recursion', ...marks]),
  ];
}

/** Device files 0:0, relative to the layer. */
async function whiteoutsIn(layer: string): Promise<string[]> {
  const said = await must([
    ...[busybox, 'find', layer, '-xdev', '-type', 'c'],
    ...['-exec', busybox, 'stat', '-c', '%t:%T %n', '{}', '+'],
  ]);
  const names = said
    .split('\n')
    .filter((line) => line.startsWith('0:0 '))
    .map((line) => line.slice(`0:0 ${layer}/`.length));
  if (names.some((name) => name === ''))
    throw new FailedError('bad-name', `${layer} has a file whose name has a line end in it`);
  return names;
}
