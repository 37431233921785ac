import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cageScript } from '../../../../../src/pe/lib/systems/archive/cage.ts';
import { compressionFor, compressionOf } from '../../../../../src/pe/lib/systems/archive/compression.ts';
import { isInPlace } from '../../../../../src/pe/lib/systems/archive/restore-target.ts';
import {
  checksumArguments,
  exportArguments,
  listArguments,
  packArguments,
  strangerArguments,
  unpackArguments,
} from '../../../../../src/pe/lib/systems/archive/tar-arguments.ts';
import { diskSize } from '../../../../../src/pe/lib/systems/export/disk-size.ts';
import { bar } from '../../../../../src/pe/systemx/bar.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'streams-'));
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

function run(program: string, args: readonly string[], input?: Uint8Array): Buffer {
  const { status, stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
  expect(status, `${program} ${args.join(' ')}: ${String(stderr)}`).toBe(0);
  return stdout;
}

/** Gives a file an extended attribute, with tar alone: few machines have a program for that. */
function setNote(root: string, name: string, note: string): void {
  const option = `--pax-option=SCHILY.xattr.user.note:=${note}`;
  run('tar', ['-x', '--xattrs', '-C', root], run('tar', ['-c', '--format=posix', option, '-C', root, name]));
}

/** A folder with what copies lose most easily. */
function tree(): string {
  const root = folder();
  mkdirSync(join(root, 'sub'));
  writeFileSync(join(root, 'one'), 'one');
  writeFileSync(join(root, 'odd \n"name'), '');
  run('truncate', ['-s', '16M', join(root, 'sparse')]);
  setNote(root, 'one', 'kept');
  linkSync(join(root, 'one'), join(root, 'sub', 'two'));
  return root;
}

const blocks = (path: string): number => Number(run('stat', ['-c', '%b', path]).toString());

describe('what tar is told', () => {
  test('holes, hard links, odd names and attributes survive packing and unpacking', () => {
    const [from, to] = [tree(), folder()];
    const archive = run('tar', packArguments(from, ['.']));
    expect(archive.length).toBeLessThan(100_000);
    run('tar', unpackArguments(to), archive);
    expect(run('tar', checksumArguments(to)).equals(run('tar', checksumArguments(from)))).toBe(true);
    expect(blocks(join(to, 'sparse'))).toBeLessThan(1000);
    expect(run('tar', checksumArguments(to)).toString()).toContain('SCHILY.xattr.user.note=kept');
  });

  test('the checksum stream sees content, modes, names and attributes, and no times', () => {
    const root = tree();
    const stream = (): Buffer => run('tar', checksumArguments(root));
    const before = stream();
    run('touch', ['-d', '2001-01-01', join(root, 'one'), join(root, 'sub')]);
    expect(stream().equals(before)).toBe(true);
    const changes: Readonly<Record<string, () => void>> = {
      attribute: () => {
        setNote(root, 'one', 'other');
      },
      mode: () => {
        chmodSync(join(root, 'sub'), 0o700);
      },
      name: () => {
        renameSync(join(root, 'sparse'), join(root, 'sparser'));
      },
      content: () => {
        appendFileSync(join(root, 'one'), 'x');
      },
    };
    let last = before;
    for (const [what, change] of Object.entries(changes)) {
      change();
      const now = stream();
      expect(now.equals(last), what).toBe(false);
      last = now;
    }
  });

  test('an export is plain to other programs: no files with holes, nothing of overlays', () => {
    const root = tree();
    const names = run('tar', ['-tf', '-'], run('tar', exportArguments(root))).toString();
    expect(names).not.toContain('GNUSparse');
    expect(names.split('\n')).toContain('./sub/two');
  });

  test('of strangers, leading folders and names can be left out', () => {
    const [from, to] = [folder(), folder()];
    mkdirSync(join(from, 'top', 'etc'), { recursive: true });
    for (const name of ['a', '.wh.b', '.wh..wh..opq']) writeFileSync(join(from, 'top', 'etc', name), '');
    const archive = run('tar', ['-c', '-C', from, 'top']);
    run('tar', strangerArguments(to, { strip: 1, exclude: ['.wh.*'] }), archive);
    expect(existsSync(join(to, 'etc', 'a'))).toBe(true);
    expect(run('find', [to, '-name', '.wh*']).toString()).toBe('');
    expect(run('tar', [...listArguments], archive).toString()).toContain('top/etc/.wh.b\n');
  });
});

describe('a stream', () => {
  const archive = Buffer.alloc(512, 0);

  test('is known by its first bytes', () => {
    const root = folder();
    writeFileSync(join(root, 'x'), 'x'.repeat(9000));
    const tar = run('tar', ['-c', '-C', root, 'x']);
    expect(compressionOf(tar)).toBe('none');
    expect(compressionOf(run('tar', ['--format=v7', '-c', '-C', root, 'x']))).toBe('none');
    expect(compressionOf(gzipSync(tar))).toBe('gzip');
    expect(compressionOf(run('xz', ['-c'], tar))).toBe('xz');
    expect(compressionOf(run('zstd', ['-q', '-c'], tar))).toBe('zstd');
    expect(compressionOf(run('bzip2', ['-c'], tar))).toBe('bzip2');
    expect(compressionOf(archive)).toBe('none');
  });

  test('what is neither is nothing', () => {
    for (const text of ['', 'hello', '<html>'.repeat(200)])
      expect(compressionOf(Buffer.from(text))).toBeUndefined();
    expect(compressionOf(readFileSync(process.execPath).subarray(0, 512))).toBeUndefined();
  });

  test.each([
    ['a.tar', 'none'],
    ['a.tar.gz', 'gzip'],
    ['a.tgz', 'gzip'],
    ['a.tar.zst', 'zstd'],
    ['a.tar.xz', 'xz'],
    ['gz', 'none'],
  ])('%s is packed as %s', (name, compression) => {
    expect(compressionFor(name)).toBe(compression);
  });
});

test('a program in the cage sees its folder only, whatever the folder is called', () => {
  const script = cageScript({
    folder: "/hd/it's here",
    loader: 'lib64/ld.so',
    libraries: ['lib/x', 'lib'],
    program: 'bin/tar',
    args: ['-x', "a'b"],
  });
  run('sh', ['-n', '-c', script]);
  expect(script.split('\n').at(-1)).toBe(
    `exec chroot '/hd/it'\\''s here' /.diskbios-cage/lib64/ld.so --library-path /.diskbios-cage/lib/x:/.diskbios-cage/lib /.diskbios-cage/bin/tar -x 'a'\\''b'`,
  );
});

test('a restore takes a place only where that was said', () => {
  expect(isInPlace({ there: false, replace: false, name: 'web' })).toBe(false);
  expect(isInPlace({ there: true, replace: true, name: 'web' })).toBe(true);
  expect(() => isInPlace({ there: true, replace: false, name: 'web' })).toThrow(
    'there is a system web already',
  );
  expect(() => isInPlace({ there: false, replace: true, name: 'web' })).toThrow('no system web to replace');
});

test('a disk has room for its files and ext4', () => {
  expect(diskSize(0)).toBe(64 * 1024 ** 2);
  expect(diskSize(1024 ** 3)).toBeGreaterThan(1.25 * 1024 ** 3);
  expect(diskSize(1e9 + 1) % 1024 ** 2).toBe(0);
});

describe('the bar', () => {
  test('shows part, bytes and rate', () => {
    expect(bar(50 * 1024, 100 * 1024, 2, 80)).toBe(
      `[${'='.repeat(18)}${' '.repeat(18)}]  50 %  50.0 KiB of 100.0 KiB  25.0 KiB/s`,
    );
  });
  test('without a total, in a narrow window, at its beginning, past its end', () => {
    expect(bar(1024, undefined, 1, 80)).toBe('1.0 KiB  1.0 KiB/s');
    expect(bar(1024, 2048, 1, 20)).not.toContain('[');
    expect(bar(0, 2048, 0, 60)).toMatch(/^\[ +\] {3}0 % {2}0 B of 2\.0 KiB$/);
    expect(bar(4096, 2048, 1, 80)).toContain('100 %');
  });
});
