import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newSystem, type SystemFile } from '../../../../../src/base/system.ts';
import {
  manifestIn,
  manifestName,
  openingFrame,
  openingLength,
  openingSize,
  parseTrailer,
  trailer,
  trailerSize,
} from '../../../../../src/pe/lib/systems/archive/frames.ts';
import {
  type BackupManifest,
  manifestText,
  parseManifest,
} from '../../../../../src/pe/lib/systems/archive/manifest.ts';

const folder = mkdtempSync(join(tmpdir(), 'backup-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(program: string, args: readonly string[], input?: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, input });
  expect(status, `${program} ${args.join(' ')}: ${String(stderr)}`).toBe(0);
  return stdout;
}

const system: SystemFile = { ...newSystem, kind: 'os', template: undefined, engine: 'chroot', created: 1 };
const manifest: BackupManifest = {
  ...{ format: 1, name: 'web', system, templateSha256: undefined, size: 4096, made: 1_700_000_000_000 },
  ...{ by: 'cloudbios 1', live: false },
};

/** A whole backup of a folder with one file, as the PE writes it. */
function wholeBackup(text: string): Buffer {
  writeFileSync(join(folder, 'file'), 'precious\n');
  const opening = openingFrame(text, manifest.made);
  const content = run('zstd', ['-q', '-c'], run('tar', ['-c', 'file']));
  const before = Buffer.concat([opening, content]);
  const sha256 = createHash('sha256').update(before).digest('hex');
  return Buffer.concat([before, trailer({ sha256, bytes: before.length })]);
}

describe('a backup', () => {
  const text = manifestText(manifest);
  const backup = wholeBackup(text);
  writeFileSync(join(folder, 'web.tar.zst'), backup);

  test('is a sound zstd file and tar archive to other programs, its manifest first', () => {
    run('zstd', ['-q', '-t', 'web.tar.zst']);
    const names = run('tar', ['--zstd', '-tf', 'web.tar.zst']).toString().trim().split('\n');
    expect(names).toEqual([manifestName, 'file']);
    expect(run('tar', ['--zstd', '-xOf', 'web.tar.zst', manifestName]).toString()).toBe(text);
    expect(run('tar', ['--zstd', '-xOf', 'web.tar.zst', 'file']).toString()).toBe('precious\n');
  });

  test('tells what it is from its first bytes alone', () => {
    const length = openingLength(backup.subarray(0, openingSize));
    expect(length).toBeLessThan(4096);
    expect(manifestIn(backup.subarray(0, length))).toBe(text);
    expect(manifestIn(backup.subarray(0, (length ?? 0) - 1))).toBeUndefined();
  });

  test('has at its end the checksum of all before it', () => {
    const end = parseTrailer(backup.subarray(backup.length - trailerSize));
    const before = backup.subarray(0, backup.length - trailerSize);
    expect(end).toEqual({
      sha256: createHash('sha256').update(before).digest('hex'),
      bytes: before.length,
    });
  });

  test.each([1, 2, trailerSize - 1, trailerSize])('cut by %d bytes it has no end', (cut) => {
    const short = backup.subarray(0, backup.length - cut);
    expect(parseTrailer(short.subarray(short.length - trailerSize))).toBeUndefined();
  });

  test('with something behind it, it has no end either', () => {
    const long = Buffer.concat([backup, Buffer.from('x')]);
    expect(parseTrailer(long.subarray(long.length - trailerSize))).toBeUndefined();
  });

  test('other files are none', () => {
    const zstd = run('zstd', ['-q', '-c'], Buffer.alloc(5000));
    for (const other of [zstd, Buffer.alloc(4096), Buffer.from('PK'), readFileSync(process.execPath)])
      expect(openingLength(other.subarray(0, openingSize))).toBeUndefined();
    const frame = openingFrame('{}', 0);
    const other = Uint8Array.from(frame);
    other.set(Buffer.from('not-the-manifest'), openingSize);
    expect(manifestIn(other)).toBeUndefined();
  });

  test('manifests of every length up to the limit are kept whole', () => {
    for (const length of [1, 511, 512, 513, 60_000, 130_000]) {
      const long = 'é'.repeat(Math.floor(length / 2)) + (length % 2 === 1 ? 'x' : '');
      const frame = openingFrame(long, 0);
      expect(manifestIn(frame)).toBe(long);
      expect(run('zstd', ['-q', '-d', '-c'], frame).length % 512).toBe(0);
    }
    expect(() => openingFrame('x'.repeat(140_000), 0)).toThrow('too long');
  });
});

describe('the manifest', () => {
  test('comes back as it was', () => {
    expect(parseManifest(manifestText(manifest)).manifest).toEqual(manifest);
  });

  const problems = (change: Record<string, unknown>): readonly string[] =>
    parseManifest(JSON.stringify({ ...manifest, ...change })).problems;

  test.each([
    [{ name: '../etc' }, '"../etc" cannot be the name of a system: it has a slash in it'],
    [{ name: undefined }, '"" cannot be the name of a system: it is empty'],
    [{ format: 2 }, 'its manifest: format is not 1; a newer version may have written it'],
    [{ system: undefined }, 'system.json is no object'],
    [{ system: { ...system, kind: 'cow' } }, 'system.json: kind is none of os, app'],
    [
      { system: { ...system, kind: 'app', template: { name: '/x', version: '..' } } },
      'system.json: template.name is no name: it has a slash in it',
    ],
    [{ size: -1 }, 'its manifest: size is less than 0'],
  ])('%j is refused', (change, problem) => {
    expect(problems(change)).toContain(problem);
  });

  test('all that is wrong is named', () => {
    expect(problems({ name: 'A', format: 9, size: 'x' })).toHaveLength(3);
    expect(parseManifest('{').problems).toEqual(['its manifest is no JSON']);
    expect(parseManifest('7').problems).toEqual(['its manifest is no object']);
  });
});
