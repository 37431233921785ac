import { existsSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import type { Device } from './device.ts';
import { numberOf } from './device-number.ts';

/** Where an image is to go. */
export type Destination =
  | { readonly kind: 'device'; readonly device: Device }
  | { readonly kind: 'file'; readonly path: string; readonly isNew: boolean };

/**
 * What the person's word means: a device by any of its paths or its short name, or a file. Throws `UserError` where it is
 * neither.
 */
export function destination(
  word: string,
  {
    cwd,
    devices,
    image,
  }: { readonly cwd: string; readonly devices: readonly Device[]; readonly image: string },
): Destination {
  const path = resolve(cwd, word);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    const named = word.includes('/') ? undefined : devices.find(({ name }) => name === word);
    return named === undefined ? newFile(path, devices) : { kind: 'device', device: named };
  }
  if (stats.isBlockDevice()) return { kind: 'device', device: deviceOf(path, stats, devices) };
  if (!stats.isFile()) throw mistake('not-a-disk', `${word} is neither a disk nor a file`);
  const from = statSync(image, { throwIfNoEntry: false });
  if (from?.dev === stats.dev && from.ino === stats.ino)
    throw mistake('same-file', `${word} is the image itself`);
  const shown = devices.find(
    ({ identity }) => identity?.kind === 'file' && identity.value === realpathSync(path),
  );
  if (shown !== undefined)
    throw mistake(
      'in-use',
      `${word} is in use: ${shown.path} shows it as a disk`,
      `losetup -d ${shown.path}`,
    );
  return { kind: 'file', path, isNew: false };
}

function mistake(code: string, message: string, hint?: string): UserError {
  return new UserError({
    code,
    message,
    hint,
    expected: 'a disk such as /dev/sdb, or a file; diskbios flash --list shows the disks',
  });
}

function newFile(path: string, devices: readonly Device[]): Destination {
  // A misspelt device must not become a file in memory.
  if (path.startsWith('/dev/') && !path.startsWith('/dev/shm/')) {
    const near = nearest(
      path,
      devices.map((device) => device.path),
    );
    throw mistake(
      'no-such-device',
      `there is no device ${path}`,
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  }
  if (!existsSync(dirname(path))) throw mistake('no-such-folder', `there is no folder ${dirname(path)}`);
  return { kind: 'file', path, isNew: true };
}

function deviceOf(path: string, stats: Stats, devices: readonly Device[]): Device {
  const { number } = numberOf(stats);
  const found = devices.find((device) => device.number === number);
  if (found !== undefined) return found;
  const real = realpathSync(path);
  const disk = devices.find(({ parts }) => parts.some(({ name }) => real === `/dev/${name}`));
  if (disk !== undefined)
    throw mistake(
      'partition',
      `${path} is a partition; an image goes onto a whole disk`,
      `the disk is ${disk.path}`,
    );
  throw mistake('not-a-disk', `${path} is no disk that an image could go onto`);
}
