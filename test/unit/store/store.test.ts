import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Recorded } from '../../../src/store/meta.ts';
import { openStore } from '../../../src/store/store.ts';
import { listStore, pruneStore, verifyStore } from '../../../src/store/upkeep.ts';

const made: Recorded = {
  kind: 'test',
  bulk: false,
  version: 1,
  options: null,
  inputs: {},
  files: {},
  tools: undefined,
  epoch: undefined,
};
const id = 'ab'.repeat(32);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const fill = (text: string) => (out: string) => {
  mkdirSync(join(out, 'sub'));
  writeFileSync(join(out, 'sub', 'file'), text);
  return Promise.resolve();
};

describe('an artifact', () => {
  it('is found by a store opened later', async () => {
    await openStore(dir).make(id, 'a step', made, fill('hello'));
    const found = openStore(dir).find(id);
    expect(readFileSync(join(found!.dir, 'sub', 'file'), 'utf8')).toBe('hello');
    expect(found!.meta.bytes).toBe(5);
  });

  it('leaves nothing behind when its step fails', async () => {
    const store = openStore(dir);
    const work = (out: string): Promise<void> => {
      writeFileSync(join(out, 'half'), 'x');
      return Promise.reject(new Error('broken'));
    };
    await expect(store.make(id, 'a step', made, work)).rejects.toThrow('broken');
    expect(store.find(id)).toBeUndefined();
    expect(readdirSync(store.tmp)).toEqual([]);
  });

  it.each([
    ['a changed file', (at: string) => writeFileSync(join(at, 'sub', 'file'), 'HELLO')],
    ['a missing file', (at: string) => rmSync(join(at, 'sub', 'file'))],
    ['a cut meta.json', (at: string) => writeFileSync(join(at, 'meta.json'), '{"format":1,')],
    ['a missing meta.json', (at: string) => rmSync(join(at, 'meta.json'))],
  ])('with %s is noticed, and can be made again', async (_what, damage) => {
    const { dir: at } = await openStore(dir).make(id, 'a step', made, fill('hello'));
    damage(at);
    const store = openStore(dir);
    expect(store.find(id)).toBeUndefined();
    expect(existsSync(at)).toBe(false);
    await store.make(id, 'a step', made, fill('again'));
    expect(readFileSync(join(store.find(id)!.dir, 'sub', 'file'), 'utf8')).toBe('again');
  });

  it('made by two builds at once is one of the two, whole', async () => {
    const stores = [openStore(dir), openStore(dir)];
    const [a, b] = await Promise.all(stores.map((store) => store.make(id, 'a step', made, fill('same'))));
    expect(a!.dir).toBe(b!.dir);
    expect(readFileSync(join(a!.dir, 'sub', 'file'), 'utf8')).toBe('same');
    expect(readdirSync(stores[0]!.tmp)).toEqual([]);
  });
});

describe('the temporary folder', () => {
  it('loses what dead processes left, and keeps what living ones use', () => {
    const { tmp } = openStore(dir);
    mkdirSync(join(tmp, 'p999999999-1-dead'));
    mkdirSync(join(tmp, `p${process.pid}-1-alive`));
    openStore(dir);
    expect(readdirSync(tmp)).toEqual([`p${process.pid}-1-alive`]);
  });
});

describe('upkeep', () => {
  it('prunes the least recently used first, down to the size asked for', async () => {
    const store = openStore(dir);
    const old = 'aa'.repeat(32);
    const fresh = 'cc'.repeat(32);
    const work = (out: string): Promise<void> => {
      writeFileSync(join(out, 'f'), 'x'.repeat(1000));
      return Promise.resolve();
    };
    await store.make(old, 'old', made, work);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await store.make(fresh, 'fresh', made, work);
    expect(listStore(dir).map((item) => item.title)).toEqual(['old', 'fresh']);
    const { removed, freed } = await pruneStore(dir, 1500);
    expect(removed.map((item) => item.title)).toEqual(['old']);
    expect(freed).toBe(1000);
    expect(openStore(dir).find(fresh)).toBeDefined();
  });

  it('verify reads the bytes and names what changed', async () => {
    const { dir: at } = await openStore(dir).make(id, 'a step', made, fill('hello'));
    expect(verifyStore(dir)).toEqual([]);
    writeFileSync(join(at, 'sub', 'file'), 'HELLO');
    const problems = verifyStore(dir);
    expect(problems.map(({ problem }) => problem)).toEqual(['sub/file is missing or changed']);
  });
});

describe('a slot', () => {
  it('remembers what it was last made from', async () => {
    const store = openStore(dir);
    expect(store.lastMade('slot')).toBeUndefined();
    await store.make(id, 'a step', made, fill('x'));
    store.remember('slot', id);
    expect(openStore(dir).lastMade('slot')).toEqual({
      kind: 'test',
      bulk: false,
      version: 1,
      options: null,
      inputs: {},
      files: {},
    });
  });
});

it('a store that cannot be there is refused at once', () => {
  expect(() => openStore('/proc/no-such/store')).toThrow('cannot be written');
});

it('what an older diskbios left is neither used nor a crash', async () => {
  const { dir: at } = await openStore(dir).make(id, 'a step', made, fill('hello'));
  const meta = JSON.parse(readFileSync(join(at, 'meta.json'), 'utf8')) as object;
  writeFileSync(join(at, 'meta.json'), JSON.stringify({ ...meta, format: 1, files: [{ name: 'sub/file' }] }));
  expect(verifyStore(dir).map(({ problem }) => problem)).toEqual(['meta.json is missing or changed']);
  expect(openStore(dir).find(id)).toBeUndefined();
});
