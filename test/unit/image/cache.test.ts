import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/base/json.ts';
import { register } from '../../../src/cli/commands/cache.ts';
import { openStore } from '../../../src/store/store.ts';
import { type CliRun, runCommand } from '../../helpers/cli.ts';
import { testFolder } from './fixture.ts';

const folder = testFolder();
const cache = (...argv: string[]): Promise<CliRun> =>
  runCommand(register, ['cache', ...argv], { env: { DISKBIOS_STORE: folder.path('store') } });

/** Puts a downloaded package of some size into the store. */
function download(size: number): string {
  const bytes = Buffer.alloc(size, 'x');
  const path = openStore(folder.path('store')).blob(sha256(bytes));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

describe('diskbios cache', () => {
  it('prints the folder of the store', async () => {
    expect((await cache('path')).out).toBe(`${folder.path('store')}\n`);
  });

  it('lists what is in it, biggest first, with the sum', async () => {
    download(1024);
    download(4096);
    const { out } = await cache('ls');
    expect(out).toMatch(
      /^ *size +last used +id +kind +what\n4\.0 KiB .*download.*\n1\.0 KiB .*download.*\n2 items, 5\.0 KiB in /,
    );
    const { items } = JSON.parse((await cache('ls', '--json')).out) as { items: { bytes: number }[] };
    expect(items.map((item) => item.bytes)).toEqual([4096, 1024]);
  });

  it('says so when it is empty, or not there at all', async () => {
    expect((await cache('ls')).out).toBe(`0 items, 0 B in ${folder.path('store')}\n`);
  });

  it('is pruned to a size', async () => {
    download(1024);
    download(4096);
    expect((await cache('prune')).out).toBe('removed 0 items, 0 B freed\n');
    expect((await cache('prune', '--max', '0')).out).toBe('removed 2 items, 5.0 KiB freed\n');
    expect((await cache('prune', '--max', 'much')).error).toMatchObject({
      code: 'commander.invalidArgument',
    });
  });

  it('is verified, and ends with 1 where something is damaged', async () => {
    const path = download(1024);
    expect(await cache('verify')).toMatchObject({ code: 0, out: '1 items, all sound\n' });
    rmSync(path);
    writeFileSync(path, 'other');
    const { code, out } = await cache('verify');
    expect(out).toContain('its bytes changed');
    expect(code).toBe(1);
  });
});
