import { statSync } from 'node:fs';
import { UserError } from '../base/errors.ts';
import { hashFile } from '../store/meta.ts';
import type { Comparison, FileChange } from './compare.ts';
import { type RootFile, type RootReport, visibleFiles } from './root-medium.ts';

/** Compares what is in two roots, whatever forms they have. Owners are not compared: folders cannot have them. */
export function compareRoots(from: RootReport, to: RootReport): Comparison {
  const [left, right] = [from, to].map(
    (root) => new Map(visibleFiles(root).map((file) => [file.path, file])),
  ) as [Map<string, RootFile>, Map<string, RootFile>];
  const files = [...new Set([...left.keys(), ...right.keys()])]
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((path) => change(path, left.get(path), right.get(path)));
  return {
    identical: sameBytes(from.file, to.file),
    from: { file: from.file, bytes: from.bytes },
    to: { file: to.file, bytes: to.bytes },
    ...{ values: [], packages: [], medium: [] },
    files,
    deep: true,
  };
}

/** Of archives; folders have no bytes of their own. */
function sameBytes(a: string, b: string): boolean {
  const isFile = (path: string): boolean => statSync(path).isFile();
  return isFile(a) && isFile(b) && hashFile(a) === hashFile(b);
}

/** A root and something that boots are two things. */
export function notAlike(root: string, other: string): UserError {
  return new UserError({
    code: 'not-alike',
    message: `${root} is a root, and ${other} an image that boots`,
    expected: 'two images, or two roots: archives, container images or folders',
  });
}

function change(path: string, from?: RootFile, to?: RootFile): FileChange[] {
  const bytes = (to?.size ?? 0) - (from?.size ?? 0);
  if (from === undefined || to === undefined) {
    return [{ path, how: from === undefined ? 'added' : 'removed', bytes, what: [] }];
  }
  const what = (['type', 'size', 'mode', 'target'] as const).filter((key) => from[key] !== to[key]);
  return what.length === 0 ? [] : [{ path, how: 'changed', bytes, what }];
}
