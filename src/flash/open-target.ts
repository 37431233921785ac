import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Diagnostic, UserError } from '../base/errors.ts';
import { formatBytes } from '../base/sizes.ts';
import { freeBytes, tooLittleSpace } from '../sys/free-space.ts';
import type { Device } from './device.ts';
import { numberOf } from './device-number.ts';
import { writersOf } from './openers.ts';
import { openTarget, type Target } from './target.ts';

function mistake(code: string, message: string, more: Pick<Diagnostic, 'expected' | 'hint'> = {}): UserError {
  return new UserError({ code, message, ...more });
}

/**
 * Opens a disk so that nobody can mount it, or make it a part of something, as long as it is open. Throws `UserError` where
 * somebody uses it, where it is not the one that was looked at, or where this user may not.
 * @param byRoot the command that root is to run
 * @param look the disks that are there now
 */
export async function openDevice(
  device: Device,
  byRoot: string,
  look: () => readonly Device[],
): Promise<Target> {
  const { path, bytes } = device;
  const handle = await openExclusively(path, byRoot);
  try {
    const now = look().find(({ name }) => name === device.name);
    const { isBlock, number } = numberOf(await handle.stat());
    const same =
      isBlock &&
      number === device.number &&
      now?.bytes === bytes &&
      now.identity?.value === device.identity?.value;
    if (!same) {
      throw mistake('device-changed', `${path} is not the device any more that it was when you were asked`, {
        hint: 'see with diskbios flash --list what it is now',
      });
    }
    const writers = writersOf(number);
    if (writers.length > 0) throw mistake('in-use', `${path} is in use by ${writers.join(', ')}`);
    return await openTarget(handle, { path, bytes, kind: 'device', blank: false });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openExclusively(path: string, byRoot: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDWR | constants.O_EXCL);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EBUSY')
      throw mistake(
        'in-use',
        `${path} is in use: something has it mounted, or made it a part of something larger`,
        {
          hint: `lsblk ${path} shows by what`,
        },
      );
    if (code === 'EACCES' || code === 'EPERM')
      throw mistake('not-allowed', `you may not write to ${path}`, { hint: `as root: ${byRoot}` });
    if (code === 'EROFS')
      throw mistake('write-protected', `${path} is write-protected`, {
        hint: 'many cards have a switch for it',
      });
    if (['ENOENT', 'ENXIO', 'ENODEV', 'ENOMEDIUM'].includes(code))
      throw mistake('device-gone', `${path} is gone, or no medium is in it`);
    throw error;
  }
}

/** A file to write an image to. */
export interface FileTarget {
  readonly target: Target;
  /** Gives a new file its name. */
  keep(): Promise<void>;
  /** Closes it; a new file that was not kept is gone. */
  close(): Promise<void>;
}

/** Opens a file that is there, which is written to as if it were a disk. */
export async function openExistingFile(path: string, needed: number): Promise<FileTarget> {
  const handle = await openFile(path, 'r+', path);
  const { size: bytes } = await handle.stat();
  if (bytes < needed) {
    await handle.close();
    throw mistake('too-small', `${path} has ${formatBytes(bytes)}; the image needs ${formatBytes(needed)}`, {
      hint: 'a file that is not there yet is made as large as the image',
    });
  }
  const target = await openTarget(handle, { path, bytes, kind: 'file', blank: false });
  return { target, keep: () => Promise.resolve(), close: () => target.close() };
}

/**
 * Makes a file as long as the image, under another name until it is kept. Throws `FailedError` where there is no room.
 * @param written bytes that will be written to it
 */
export async function makeFile(path: string, bytes: number, written: number): Promise<FileTarget> {
  const free = freeBytes(dirname(path));
  if (free !== undefined && free < written)
    throw tooLittleSpace(basename(path), dirname(path), written, free);
  const beside = `${path}.new-${process.pid}`;
  const handle = await openFile(beside, 'wx+', path);
  let kept = false;
  try {
    await handle.truncate(bytes);
    const target = await openTarget(handle, { path: beside, bytes, kind: 'file', blank: true });
    return {
      target: { ...target, path },
      async keep() {
        await rename(beside, path);
        kept = true;
      },
      async close() {
        await target.close();
        if (!kept) await rm(beside, { force: true });
      },
    };
  } catch (error) {
    await handle.close();
    await rm(beside, { force: true });
    throw error;
  }
}

async function openFile(path: string, flags: string, shown: string): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o644);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw mistake('not-allowed', `you may not write to ${shown}`);
    if (code === 'ETXTBSY') throw mistake('in-use', `${shown} is in use`);
    throw error;
  }
}
