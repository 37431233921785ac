import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderMarker } from '../../../src/base/folder-medium.ts';
import { publishFolder } from '../../../src/build/publish-folder.ts';
import { unpackRoot } from '../../../src/build/unpack-root.ts';
import type { Entry } from '../../../src/formats/tree.ts';
import { tarChunks } from '../../../src/steps/pack.ts';
import { fileReader } from '../../../src/steps/read-file.ts';

const dir = (): string => mkdtempSync(join(tmpdir(), 'publish-'));

function archive(entries: readonly Entry[]): string {
  using reader = fileReader();
  const file = join(dir(), 'root.tar');
  const chunks = [...tarChunks(entries, reader)].map((chunk) => Buffer.from(chunk));
  writeFileSync(file, Buffer.concat(chunks));
  return file;
}

const common = { uid: 0, gid: 0, mtime: 86400, origin: 'test' };
const text = (path: string, content: string, mode = 0o644): Entry => {
  const bytes = Buffer.from(content);
  return { ...common, path, mode, type: 'file', size: bytes.length, content: { bytes } };
};
const folder = (path: string, mode = 0o755): Entry => ({ ...common, path, mode, type: 'dir' });

describe('a root is unpacked', () => {
  const entries: Entry[] = [
    folder('etc', 0o555),
    text('etc/name', 'box\n'),
    text('etc/su', 'x', 0o4711),
    { ...common, path: 'etc/link', mode: 0o777, type: 'symlink', target: '/nowhere' },
    { ...common, path: 'etc/other', mode: 0o644, type: 'hardlink', target: 'etc/name' },
  ];

  it('for somebody without rights, who can remove it again', () => {
    const to = join(dir(), 'root');
    expect(unpackRoot(archive(entries), to, false)).toBe(5);
    expect(readFileSync(join(to, 'etc/other'), 'utf8')).toBe('box\n');
    expect(lstatSync(join(to, 'etc/link')).isSymbolicLink()).toBe(true);
    const mode = (path: string): number => statSync(join(to, path)).mode & 0o7777;
    expect([mode('etc'), mode('etc/su'), mode('etc/name')]).toEqual([0o755, 0o711, 0o644]);
    expect(statSync(join(to, 'etc')).mtimeMs).toBe(86_400_000);
  });

  it('but never through a link that leads out of it', () => {
    const to = join(dir(), 'root');
    const outside = dir();
    const evil: Entry[] = [
      { ...common, path: 'out', mode: 0o777, type: 'symlink', target: outside },
      text('out/file', 'x'),
    ];
    expect(() => unpackRoot(archive(evil), to, false)).toThrow('/out/file lies below what is no folder');
    expect(existsSync(join(outside, 'file'))).toBe(false);
  });
});

describe('a folder is published', () => {
  const artifact = (id: string, content: string) => {
    const made = dir();
    mkdirSync(join(made, 'folder'));
    writeFileSync(join(made, 'folder', 'file'), content);
    return { id, dir: made, file: (name: string) => join(made, name) };
  };
  const output = (id: string, content: string) => ({
    name: 'box',
    artifact: artifact(id, content),
    file: 'folder',
  });

  it('anew where it is made from something else, and not where it is made from the same', () => {
    const out = dir();
    expect(publishFolder(output('1', 'one'), out)).toMatchObject({ unchanged: false, size: 3 });
    writeFileSync(join(out, 'box', 'file'), 'mine');
    expect(publishFolder(output('1', 'one'), out)).toMatchObject({ unchanged: true, size: 3 });
    expect(readFileSync(join(out, 'box', 'file'), 'utf8')).toBe('mine');
    publishFolder(output('2', 'two'), out);
    expect(readFileSync(join(out, 'box', 'file'), 'utf8')).toBe('two');
  });

  it.each(['folder', 'file'])('never over a %s of somebody else', (kind) => {
    const out = dir();
    if (kind === 'folder') mkdirSync(join(out, 'box'));
    else writeFileSync(join(out, 'box'), 'mine');
    expect(() => publishFolder(output('1', 'one'), out)).toThrow('diskbios did not make it');
    expect(lstatSync(join(out, 'box')).isDirectory()).toBe(kind === 'folder');
    expect(existsSync(join(out, 'box', folderMarker))).toBe(false);
  });
});
