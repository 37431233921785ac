import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WorkEvent } from '../../../src/base/events.ts';
import { readDevices } from '../../../src/flash/devices.ts';
import { type FlashState, stateText } from '../../../src/flash/errors.ts';
import { flash } from '../../../src/flash/flash.ts';
import { type FileTarget, makeFile, openDevice, openExistingFile } from '../../../src/flash/open-target.ts';
import { lengthOf } from '../../../src/flash/ranges.ts';
import { openSource } from '../../../src/flash/source.ts';
import type { Target } from '../../../src/flash/target.ts';
import { readPartitionTables } from '../../../src/formats/partitions.ts';
import { diskImage, folder, mappedImage, mebibyte, used } from './images.ts';
import { loop, noLoops, smallDisk, sparse } from './loops.ts';

const image = diskImage();

interface Run {
  readonly states: FlashState[];
  readonly events: WorkEvent[];
  readonly error: unknown;
}

/** Writes an image; `during` may do something at each state. */
async function run(
  path: string,
  target: Target,
  during: (state: FlashState) => void = () => undefined,
  { bmap = true, signal = new AbortController().signal } = {},
): Promise<Run> {
  const states: FlashState[] = [];
  const events: WorkEvent[] = [];
  const source = await openSource(path, { bmap, sha256: undefined, signal });
  let error: unknown;
  try {
    await flash(source, target, {
      signal,
      verify: true,
      monitor: (event) => events.push(event),
      onState(state) {
        states.push(state);
        during(state);
      },
    });
  } catch (thrown) {
    error = thrown;
  } finally {
    await source.close();
  }
  return { states, events, error };
}

/** A used disk in a file: every byte of it holds something. */
function usedDisk(dir: string, bytes: number): string {
  const path = join(dir, 'disk');
  writeFileSync(path, Buffer.alloc(bytes, 0xff));
  return path;
}

/** What the image says must be there, and nothing of what was there at both ends. */
function expectWritten(path: string, bytes: number): void {
  const got = readFileSync(path);
  expect(got.length).toBe(bytes);
  for (const { from, to } of used)
    expect(got.subarray(from, to).equals(image.subarray(from, to)), `${from}`).toBe(true);
  // What lies in between and at the end was not part of the image.
  expect(got.subarray(7 * mebibyte, 8 * mebibyte).every((byte) => byte === 0xff)).toBe(true);
  if (bytes > image.length) expect(got.subarray(bytes - mebibyte).every((byte) => byte === 0)).toBe(true);
}

describe('a file', () => {
  test('that is new gets its name when it is whole, and takes no more room than the image', async () => {
    const dir = folder();
    const path = mappedImage(dir);
    const file = await makeFile(join(dir, 'copy.img'), image.length, 0);
    const { states, events, error } = await run(path, file.target, () =>
      expect(existsSync(join(dir, 'copy.img'))).toBe(false),
    );
    expect(error).toBeUndefined();
    expect(states).toEqual(['writing', 'checking', 'finishing', 'done']);
    await file.keep();
    await file.close();
    expect(readFileSync(join(dir, 'copy.img')).equals(image)).toBe(true);
    expect(statSync(join(dir, 'copy.img')).blocks * 512).toBeLessThan(lengthOf(used) + mebibyte);
    expect(readdirSync(dir).sort()).toEqual(['box.img', 'box.img.bmap', 'copy.img']);
    const ends = events.filter((event) => event.type === 'step-end');
    expect(ends.map(({ title, outcome }) => [title.replace(dir, ''), outcome])).toEqual([
      ['write 5.0 MiB to /copy.img', 'built'],
      ['read back /copy.img', 'built'],
    ]);
    const last = events.filter((event) => event.type === 'step-progress').at(-1);
    expect(last).toMatchObject({ bytes: lengthOf(used), total: lengthOf(used) });
  });

  test('that is there is written as a disk: only what has a meaning, and no old table is left', async () => {
    const dir = folder();
    const path = mappedImage(dir);
    const disk = usedDisk(dir, 20 * mebibyte);
    const file = await openExistingFile(disk, image.length);
    const { states, error } = await run(path, file.target);
    await file.close();
    expect(error).toBeUndefined();
    expect(states).toEqual(['clearing', 'writing', 'checking', 'finishing', 'done']);
    expectWritten(disk, 20 * mebibyte);
    // Without the block map, all of it.
    const again = await openExistingFile(disk, image.length);
    await run(path, again.target, undefined, { bmap: false });
    await again.close();
    expect(readFileSync(disk).subarray(0, image.length).equals(image)).toBe(true);
  });

  test("that is just as large as the image keeps the image's own end", async () => {
    const dir = folder();
    const disk = usedDisk(dir, image.length);
    const file = await openExistingFile(disk, image.length);
    expect((await run(mappedImage(dir), file.target)).error).toBeUndefined();
    await file.close();
    expectWritten(disk, image.length);
  });

  test('that is too small is refused, and a new one where there is no room', async () => {
    const dir = folder();
    await expect(openExistingFile(usedDisk(dir, mebibyte), image.length)).rejects.toMatchObject({
      name: 'UserError',
    });
    await expect(makeFile(join(dir, 'copy.img'), 2 ** 60, 2 ** 60)).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringMatching(
        /too little room in .* for copy\.img: 1048576\.0 TiB needed, .* missing$/,
      ) as string,
    });
    expect(readdirSync(dir)).toEqual(['disk']);
  });

  test.each<FlashState>(['writing', 'checking'])(
    'until the end there is no partition table: stopped at %s',
    async (at) => {
      const dir = folder();
      const disk = usedDisk(dir, 20 * mebibyte);
      const file = await openExistingFile(disk, image.length);
      const stop = new AbortController();
      const stopped = (state: FlashState): void => {
        if (state === at) stop.abort();
      };
      const { error, states } = await run(mappedImage(dir), file.target, stopped, { signal: stop.signal });
      await file.close();
      expect(error).toMatchObject({ name: 'InterruptedError' });
      expect(states.at(-1)).toBe(at);
      const got = readFileSync(disk);
      const { gpt, mbr } = readPartitionTables((from, length) => got.subarray(from, from + length));
      expect({ gpt, mbr }).toEqual({ gpt: undefined, mbr: undefined });
      expect(got.subarray(-512).every((byte) => byte === 0)).toBe(true);
      expect(stateText(at, file.target)).toContain('nothing starts from it');
    },
  );

  test('that gives back something else is found out, wherever it is', async () => {
    for (const at of [100, 3 * mebibyte, image.length - 1]) {
      const dir = folder();
      const disk = usedDisk(dir, 20 * mebibyte);
      const file = await openExistingFile(disk, image.length);
      const spoil = (state: FlashState): void => {
        if (state !== (at < mebibyte ? 'done' : 'checking')) return;
        const fd = openSync(disk, 'r+');
        writeSync(fd, 'X', at);
        closeSync(fd);
      };
      const { error, states } = await run(mappedImage(dir), spoilHead(file.target, disk, at), spoil);
      await file.close();
      expect(error, `${at}`).toMatchObject({ code: 'verify-failed' });
      expect(states).not.toContain('done');
    }
  });

  /** Spoils the head between its writing and its check: just before it is read. */
  function spoilHead(target: Target, disk: string, at: number): Target {
    if (at >= mebibyte) return target;
    return {
      ...target,
      read(into, from) {
        const fd = openSync(disk, 'r+');
        if (from === 0) writeSync(fd, 'X', at);
        closeSync(fd);
        return target.read(into, from);
      },
    };
  }

  test('is not finished with an image that was changed meanwhile', async () => {
    const dir = folder();
    const path = mappedImage(dir);
    const disk = usedDisk(dir, 20 * mebibyte);
    const file = await openExistingFile(disk, image.length);
    const { error, states } = await run(path, file.target, (state) => {
      if (state === 'clearing')
        writeFileSync(path, Buffer.from(image).fill('changed', 3 * mebibyte, 3 * mebibyte + 100));
    });
    await file.close();
    expect(error).toMatchObject({ code: 'image-changed' });
    expect(states.at(-1)).toBe('writing');
  });
});

describe.skipIf(noLoops !== undefined)(`a device (${noLoops ?? 'loop devices'})`, () => {
  async function open(path: string): Promise<FileTarget> {
    const device = readDevices().find((one) => one.path === path);
    if (device === undefined) throw new Error(`${path} is not among the devices`);
    const target = await openDevice(device, 'sudo diskbios', readDevices);
    return { target, keep: () => Promise.resolve(), close: () => target.close() };
  }

  test('is written, and nobody can mount it meanwhile', async () => {
    const dir = folder();
    const disk = usedDisk(dir, 20 * mebibyte);
    const path = loop(disk);
    const opened = await open(path);
    const { error } = await run(mappedImage(dir), opened.target, (state) => {
      if (state === 'checking')
        expect(() => execFileSync('mke2fs', ['-q', '-F', path], { stdio: 'pipe' })).toThrow(/in use/);
    });
    await opened.close();
    expect(error).toBeUndefined();
    expectWritten(disk, 20 * mebibyte);
  });

  test('that is mounted, or open for writing elsewhere, is refused', async () => {
    const dir = folder();
    const path = loop(sparse(join(dir, 'disk'), 20 * mebibyte));
    const writer = openSync(path, 'r+');
    // Our own process is no other.
    await (await open(path)).close();
    closeSync(writer);
    const other = execFileSync('sh', ['-c', `sleep 30 <> ${path} >/dev/null 2>&1 & echo $!`])
      .toString()
      .trim();
    try {
      await expect(open(path)).rejects.toMatchObject({
        message: expect.stringContaining(`process ${other}`) as string,
      });
    } finally {
      process.kill(Number(other));
    }
    execFileSync('mke2fs', ['-q', '-F', path]);
    const at = join(dir, 'mounted');
    execFileSync('sh', ['-c', `mkdir ${at} && mount ${path} ${at}`]);
    try {
      const device = readDevices().find((one) => one.path === path);
      expect(device?.parts[0].uses).toEqual([`mounted on ${at}`]);
      await expect(open(path)).rejects.toMatchObject({
        message: expect.stringContaining('is in use') as string,
      });
    } finally {
      execFileSync('umount', [at]);
    }
  });

  test('that is another one than was shown is left alone', async () => {
    const path = loop(sparse(join(folder(), 'disk'), 20 * mebibyte));
    const device = readDevices().find((one) => one.path === path)!;
    const changed = (): (typeof device)[] => [{ ...device, identity: { kind: 'serial', value: 'other' } }];
    await expect(openDevice(device, '', changed)).rejects.toMatchObject({
      diagnostics: [{ code: 'device-changed' }],
    });
    await expect(openDevice(device, '', () => [])).rejects.toMatchObject({
      diagnostics: [{ code: 'device-changed' }],
    });
  });

  test('that is pulled out while it is written', async () => {
    const dir = folder();
    const disk = sparse(join(dir, 'disk'), 20 * mebibyte);
    const path = loop(disk);
    const opened = await open(path);
    const { error, states } = await run(mappedImage(dir), opened.target, (state) => {
      if (state !== 'writing') return;
      // As a card reader does it: the device stays, without a medium.
      truncateSync(disk, 0);
      execFileSync('losetup', ['--set-capacity', path]);
    });
    await opened.close();
    expect(error).toMatchObject({ code: 'device-gone' });
    expect(states.at(-1)).toBe('writing');
  });

  test('that ends before it says', async () => {
    const dir = folder();
    const disk = sparse(join(dir, 'disk'), 20 * mebibyte);
    const path = loop(disk);
    const opened = await open(path);
    const { error } = await run(mappedImage(dir), opened.target, (state) => {
      if (state !== 'writing') return;
      truncateSync(disk, 4 * mebibyte);
      execFileSync('losetup', ['--set-capacity', path]);
    });
    await opened.close();
    expect(error).toMatchObject({ code: 'device-short' });
  });

  test('that cannot take what is written, or give it back', async () => {
    const dir = folder();
    // Full before the image is written; the device does not know.
    const path = loop(sparse(join(smallDisk(dir, 4 * mebibyte), 'disk'), 20 * mebibyte));
    const opened = await open(path);
    const { error } = await run(mappedImage(dir), opened.target);
    await opened.close();
    expect(error).toMatchObject({ code: expect.stringMatching(/^(device-short|write-failed)$/) as string });

    const disk = sparse(join(dir, 'disk'), 20 * mebibyte);
    const second = await open(loop(disk));
    const { error: unread, states } = await run(mappedImage(dir), second.target, (state) => {
      if (state === 'checking') truncateSync(disk, 4 * mebibyte);
    });
    await second.close();
    expect(unread).toMatchObject({ code: 'read-failed' });
    expect(states.at(-1)).toBe('checking');
  });
});
