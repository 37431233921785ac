import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import { compareRoots } from '../../../src/image/compare-roots.ts';
import { describeRoot, type RootReport, visibleFiles } from '../../../src/image/root-medium.ts';
import { writeOciArchive } from '../../helpers/oci-archive.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'roots-'));

/** A root in every form that diskbios builds: one file, and a link to it. */
async function forms(text: string): Promise<Record<'tar' | 'wsl' | 'oci' | 'folder', string>> {
  const dir = folder();
  const at = (name: string): string => join(dir, name);
  const files = { 'etc/name': text, 'etc/link': '-> name' };
  await writeOciArchive(at('box.oci.tar'), [{ 'etc/name': 'old' }, files], {});
  const root = join(at('box.oci.tar.d'), 'layer1', 'root');
  await create({ cwd: root, file: at('box.tar'), portable: true }, ['etc']);
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd: root, portable: true }, ['etc'])) chunks.push(chunk);
  writeFileSync(at('box.wsl'), gzipSync(Buffer.concat(chunks)));
  mkdirSync(join(at('box.folder'), 'root', 'etc'), { recursive: true });
  writeFileSync(join(at('box.folder'), 'root', 'etc', 'name'), text, { mode: 0o755 });
  writeFileSync(
    join(at('box.folder'), 'folder.json'),
    JSON.stringify({ name: 'box', version: '1', cmdline: [] }),
  );
  return { tar: at('box.tar'), wsl: at('box.wsl'), oci: at('box.oci.tar'), folder: at('box.folder') };
}

const report = (path: string): RootReport => {
  const found = describeRoot(path);
  if (found === undefined) throw new Error(`${path} is no root`);
  return found;
};

describe('a root', () => {
  it('is read in every form', async () => {
    const all = await forms('box\n');
    for (const [form, path] of Object.entries(all)) {
      const found = visibleFiles(report(path)).find((file) => file.path === 'etc/name');
      expect(found, form).toMatchObject({ type: 'file', size: 4, mode: 0o755 });
    }
    expect(report(all.oci).form).toBe('image');
    expect(report(all.folder).name).toBe('box 1');
    expect(visibleFiles(report(all.wsl)).find(({ type }) => type === 'symlink')?.target).toBe('name');
  });

  it('differs from another one where their files do', async () => {
    const [a, b] = [await forms('box\n'), await forms('another\n')];
    expect(compareRoots(report(a.tar), report(b.wsl)).files).toEqual([
      { path: 'etc/name', how: 'changed', bytes: 4, what: ['size'] },
    ]);
    expect(compareRoots(report(a.tar), report(a.oci)).files).toEqual([]);
    expect(compareRoots(report(a.tar), report(a.tar)).identical).toBe(true);
  });

  it('is not what only looks like one', () => {
    const dir = folder();
    const file = join(dir, 'text.tar');
    writeFileSync(file, 'no archive');
    expect([describeRoot(file), describeRoot(dir), describeRoot(join(dir, 'none.tar'))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
