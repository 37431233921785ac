import { resolve } from 'node:path';
import { fileKind, nearestFile } from '../../disk.ts';
import { didYouMean } from '../../problems.ts';
import type { RawDisk } from '../../raw-tests.ts';
import type { Path } from '../../yaml/located.ts';
import { keyAt, valueAt } from '../rule.ts';
import type { TestFacts } from './test-facts.ts';

/** What a disk is formatted with can be made, and is not made over something else. */
export function checkFilesystem(facts: TestFacts, diskPath: Path, { filesystem, from }: RawDisk): void {
  if (filesystem === undefined) return;
  const path = [...diskPath, 'filesystem'];
  if (from !== undefined) {
    facts.problems.error('too-many-keys', keyAt(facts, path), 'a disk with both `from` and `filesystem`', {
      expected: 'one of the two: a new file system would take the place of what the image holds',
    });
  }
  if (typeof filesystem === 'string') return;
  const { type, label, files, full } = filesystem;
  if (full === true && type !== 'ext4') {
    facts.problems.error(
      'bad-value',
      valueAt(facts, [...path, 'full']),
      `\`full\` cannot be made with ${type}`,
      {
        expected: '`type: ext4`',
      },
    );
  }
  if (type === 'vfat' && label !== undefined && !/^[A-Z0-9_-]{1,11}$/.test(label)) {
    facts.problems.error(
      'bad-value',
      valueAt(facts, [...path, 'label']),
      `\`${label}\` is no label of vfat`,
      {
        expected: 'up to 11 of A–Z, 0–9, _ and -',
      },
    );
  }
  if (files !== undefined) checkFiles(facts, [...path, 'files'], files);
}

function checkFiles(facts: TestFacts, path: Path, files: string): void {
  const span = valueAt(facts, path);
  const folder = resolve(span.source.dir, files);
  const kind = fileKind(folder);
  if (kind === 'folder') return;
  const message = kind === undefined ? `there is no folder \`${files}\`` : `\`${files}\` is no folder`;
  facts.problems.error('missing-file', span, message, {
    expected: 'a folder, relative to the folder of the recipe it is written in',
    hint: kind === undefined ? didYouMean(nearestFile(files, folder)) : undefined,
  });
}
