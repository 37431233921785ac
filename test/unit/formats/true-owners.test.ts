import { mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Entry } from '../../../src/formats/tree.ts';
import { harmlessMode, trueOwners } from '../../../src/formats/true-owners.ts';
import { run } from '../../../src/sys/run.ts';

const common = { uid: 0, gid: 0, mtime: 0, origin: 'test' };
const file = (path: string, mode: number, gid = 0): Entry => ({
  ...{ ...common, path, mode, gid },
  ...{ type: 'file', size: 0, content: { bytes: new Uint8Array() } },
});

it('lets nobody run a program as the owner of a folder', () => {
  expect(harmlessMode({ type: 'file', mode: 0o4755 })).toBe(0o755);
  expect(harmlessMode({ type: 'file', mode: 0o2040 })).toBe(0o440);
  expect(harmlessMode({ type: 'dir', mode: 0o1777 })).toBe(0o777);
  expect(harmlessMode({ type: 'dir', mode: 0o555 })).toBe(0o755);
});

it('says only what differs, and nothing of what is mounted over', () => {
  const entries: Entry[] = [
    file('etc/passwd', 0o644),
    file('etc/shadow', 0o640, 42),
    file('usr/bin/chage', 0o2755, 42),
    { ...common, path: 'proc', mode: 0o555, type: 'dir' },
    { ...common, path: 'run/lock', mode: 0o1777, type: 'dir' },
    { ...common, path: 'bin', mode: 0o777, type: 'symlink', target: 'usr/bin' },
  ];
  expect(trueOwners(entries)).toBe(
    "$bb chown 0:42 './etc/shadow' './usr/bin/chage'\n$bb chmod 2755 './usr/bin/chage'\n",
  );
});

it('is a script that takes any name', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'owners-'));
  const name = "it's a $(name)";
  mkdirSync(join(dir, 'usr'));
  writeFileSync(join(dir, 'usr', name), '', { mode: 0o755 });
  await run(['sh', '-c', `bb=; ${trueOwners([file(`usr/${name}`, 0o4755)])}`], { cwd: dir });
  expect(statSync(join(dir, 'usr', name)).mode & 0o7777).toBe(0o4755);
});
