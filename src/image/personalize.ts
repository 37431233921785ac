import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import { UserError } from '../base/errors.ts';
import {
  checkPersonal,
  type PersonalFile,
  type PersonalKey,
  type PersonalSettings,
  personalPath,
} from '../base/personal.ts';
import { personalAreaBytes, readPersonalArea } from '../formats/personal-area.ts';
import type { Extent, Piece } from '../formats/piece.ts';
import type { ImageEntry } from './disk.ts';
import { type OpenImage, openImage } from './open.ts';
import { changedOvfManifest } from './personal-beside.ts';
import { withCopyBeside } from './personal-copy.ts';
import { writePersonal } from './personal-writes.ts';

/** Settings to lay over those that are there, each replacing its own; or to leave none. */
export type PersonalChange = { readonly settings: PersonalSettings; readonly only?: boolean } | 'clear';

export interface PersonalizeOptions {
  /** Told what a person should know beside the result. */
  readonly onNote?: (text: string) => void;
}

/** The place for personal settings in an image. Throws `UserError` (`not-personal`) where there is none. */
export function personalPlace(image: OpenImage): ImageEntry {
  const entry = image.find(personalPath);
  if (entry?.size === personalAreaBytes) return entry;
  throw new UserError({
    code: 'not-personal',
    message: `${image.path} has no place for personal settings`,
    expected: `an image or a disk with ${personalPath}, as this version of diskbios builds them`,
    hint: 'build it again, or put the settings into the recipe',
  });
}

/** The settings that an image or a device carries; `undefined`: none. */
export function readPersonal(file: string): PersonalFile | { readonly problem: string } | undefined {
  using image = openImage(file);
  const found = readPersonalArea(image.contents(personalPlace(image)));
  return found === undefined || 'problem' in found ? found : found.file;
}

/**
 * Puts personal settings onto an image or a block device, or takes them away. Of a file, a copy is changed and renamed into
 * its place, so that a kill leaves the old one; a device is changed in place, in an order that leaves the old or the new
 * settings whole whenever the power goes. Returns the settings that it carries now.
 */
export function personalize(
  file: string,
  change: PersonalChange,
  { onNote = () => undefined }: PersonalizeOptions = {},
): PersonalSettings {
  // Before anything is copied: whether it can be done at all.
  const before = readPersonal(file);
  if (before !== undefined && 'problem' in before)
    onNote(`the personal settings that were there do not count: ${before.problem}`);
  const after = nextFile(before !== undefined && 'version' in before ? before : undefined, change);
  if (statSync(file).isBlockDevice()) writeSettings(file, after);
  else withCopyBeside(file, onNote, (copy) => writeSettings(copy, after));
  return after?.settings ?? {};
}

/** What is to be there after a change. Throws `UserError` where a setting is wrong. */
export function nextFile(before: PersonalFile | undefined, change: PersonalChange): PersonalFile | undefined {
  if (change === 'clear') return undefined;
  const problems = checkPersonal(change.settings);
  if (problems.length > 0) throw new UserError(problems.map((message) => ({ code: 'bad-setting', message })));
  const kept = change.only === true ? undefined : before;
  const now = new Date().toISOString();
  const fresh = Object.keys(change.settings) as PersonalKey[];
  return {
    version: 1,
    settings: { ...kept?.settings, ...change.settings },
    set: { ...kept?.set, ...Object.fromEntries(fresh.map((key) => [key, now])) },
  };
}

/** Writes settings in place; gives the parts of the file that have changed. */
function writeSettings(file: string, settings: PersonalFile | undefined): Extent[] {
  using image = openImage(file);
  const place = personalPlace(image);
  const written: Extent[] = [];
  const fd = openWritable(file);
  const write = ({ at, bytes }: Piece): void => {
    for (let done = 0; done < bytes.length; )
      done += writeSync(fd, bytes, done, bytes.length - done, at + done);
    written.push({ from: at, to: at + bytes.length });
  };
  try {
    writePersonal(image, place, settings, {
      write,
      sync() {
        fsyncSync(fd);
      },
    });
    if (image.format === 'ova') changedOvfManifest(fd, image.bytes).forEach(write);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return written;
}

function openWritable(file: string): number {
  try {
    return openSync(file, 'r+');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error;
    throw new UserError({
      code: 'unwritable-image',
      message: code === 'EROFS' ? `${file} is write-protected` : `you may not write to ${file}`,
      hint: code === 'EROFS' ? undefined : `as root: sudo diskbios personalize ${file} …`,
    });
  }
}
