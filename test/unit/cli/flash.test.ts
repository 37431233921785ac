import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { register } from '../../../src/cli/commands/flash.ts';
import { rateLine, showRate } from '../../../src/cli/flash/rate.ts';
import type { FlashServices } from '../../../src/cli/flash/services.ts';
import { readDevices } from '../../../src/flash/devices.ts';
import { type CliRun, runCommand } from '../../helpers/cli.ts';
import { diskImage, folder, mappedImage, mebibyte, sha256 } from '../flash/images.ts';
import { loop, noLoops, sparse } from '../flash/loops.ts';
import { machine, rootDisk, rootMounts, stick } from '../flash/machine.ts';

const image = diskImage();

interface Wishes {
  /** What the person types; without it nobody is there. */
  readonly types?: string;
  readonly services?: Partial<FlashServices>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

async function flash(
  argv: readonly string[],
  { types, services, ...io }: Wishes = {},
): Promise<CliRun & { asked: string[] }> {
  const asked: string[] = [];
  const root = machine([stick, rootDisk], { 'proc/self/mountinfo': rootMounts });
  const all: FlashServices = {
    devices: () => readDevices(root),
    ask:
      types === undefined
        ? undefined
        : (question) => {
            asked.push(question);
            return Promise.resolve(types);
          },
    bootTest: () => Promise.reject(new Error('not asked for')),
    reread: () => Promise.resolve(),
    byRoot: 'sudo diskbios flash',
    ...services,
  };
  const run = await runCommand((program, given) => register(program, given, all), ['flash', ...argv], io);
  return { ...run, asked };
}

const codes = (error: unknown): string[] =>
  error instanceof UserError ? error.diagnostics.map(({ code }) => code) : [String(error)];

describe('which device', () => {
  test('--list shows the disks, what is on them, and why some are not offered', async () => {
    const { out, error } = await flash(['--list']);
    expect(error).toBeUndefined();
    expect(out.split('\n')).toEqual([
      '/dev/sdb  29.0 GiB  USB  SanDisk Ultra Fit  serial 4C530001230821115192',
      '    sdb1  29.0 GiB  ext4  PHOTOS',
      '/dev/sda  476.0 GiB  SATA  Samsung SSD 860  serial S3Z8NB0K1234567  built in',
      '    sda1  1.0 GiB  mounted on /boot/efi',
      '    sda2  475.0 GiB  mounted on /',
      '    not offered: this system runs from it: sda1 is mounted on /boot/efi; sda2 is mounted on /',
      '    not offered: it is built in, not removable',
      '',
    ]);
    const json = JSON.parse((await flash(['--list', '--json'])).out) as unknown;
    expect(json).toMatchObject([
      { path: '/dev/sda', refused: [{ code: 'system-disk' }, { code: 'fixed-disk' }] },
      { path: '/dev/sdb', refused: [], identity: { kind: 'serial', value: '4C530001230821115192' } },
    ]);
  });

  test('without one, they are shown and the name is asked for; what is typed must be one that is offered', async () => {
    const path = mappedImage(folder());
    const { err, asked, error } = await flash([path], { types: '' });
    expect(err).toContain('/dev/sdb  29.0 GiB');
    expect(asked).toEqual(['Type the name of the device that is to be overwritten, all of it (sdb): ']);
    expect(codes(error)).toEqual(['not-confirmed']);
    expect(codes((await flash([path], { types: 'sdc' })).error)).toEqual(['not-confirmed']);
    expect(codes((await flash([path], { types: 'sda' })).error)).toEqual(['system-disk', 'fixed-disk']);
    expect(codes((await flash([path], { types: '/dev/sda' })).error)).toEqual(['system-disk', 'fixed-disk']);
  });

  test('with one, its name must be typed, or --yes have its serial number', async () => {
    const path = mappedImage(folder());
    const to = (...more: string[]): string[] => [path, 'sdb', ...more];
    const { err, asked, error } = await flash(to(), { types: 'sda' });
    expect(err).toContain('sdb1  29.0 GiB  ext4  PHOTOS');
    expect(asked).toEqual(['Type sdb if all of this is to be overwritten: ']);
    expect(codes(error)).toEqual(['not-confirmed']);
    expect(codes((await flash(to())).error)).toEqual(['not-confirmed']);
    expect(codes((await flash(to('--yes', 'sdb'))).error)).toEqual(['other-serial']);
    // The right one goes on to open the device, which is not there.
    expect(codes((await flash(to('--yes', '4C530001230821115192'))).error)).toEqual(['device-gone']);
    expect(codes((await flash(to(), { types: 'sdb' })).error)).toEqual(['device-gone']);
    expect(codes((await flash([path, 'sda', '--yes', 'S3Z8NB0K1234567', '--allow-fixed'])).error)).toEqual([
      'system-disk',
    ]);
  });

  test('without anybody to ask, nothing is chosen', async () => {
    expect(codes((await flash([mappedImage(folder())])).error)).toEqual(['no-device']);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['no image', [], ['bad-option']],
    [
      'several at once',
      ['box.img', '--yes', 'X', '--sha256', 'abc', '--test', 'coreboot'],
      ['bad-option', 'bad-option', 'bad-option'],
    ],
    ['a list of one', ['box.img', '/dev/sdb', '--list'], ['bad-option']],
    ['a misspelt device', ['box.img', '/dev/sdbb'], ['no-such-device']],
    ['a folder that is not there', ['box.img', 'none/copy.img'], ['no-such-folder']],
    ['the image itself', ['box.img', 'box.img'], ['same-file']],
    ['a terminal', ['box.img', '/dev/null'], ['not-a-disk']],
    ['a folder', ['box.img', '.'], ['not-a-disk']],
    ['a wrong setting', ['box.img', 'copy.img', '--hostname', 'not a name'], ['bad-setting']],
    ['an image without a place for settings', ['box.img', 'copy.img', '--hostname', 'pe7'], ['not-personal']],
  ])('mistakes are told before anything is written: %s', async (_, argv, expected) => {
    const cwd = folder();
    mappedImage(cwd);
    const found = codes((await flash(argv, { cwd })).error);
    expect(found.length).toBe(expected.length);
    if (!expected.includes('bad-setting') && !expected.includes('not-personal'))
      expect(found).toEqual(expected);
    expect(readdirSync(cwd)).toEqual(['box.img', 'box.img.bmap']);
  });
});

describe('a file', () => {
  test('is made, checked, and told of', async () => {
    const cwd = folder();
    mappedImage(cwd);
    const { out, err, error } = await flash(['box.img', 'copy.img'], { cwd });
    expect(error).toBeUndefined();
    expect(out).toBe(`${join(cwd, 'copy.img')}  5.0 MiB of 12.0 MiB written, read back and the same\n`);
    expect(err).toMatch(/write 5\.0 MiB to .*copy\.img\n.*read back .*copy\.img\ndone in /s);
    expect(readFileSync(join(cwd, 'copy.img')).equals(image)).toBe(true);
    const { out: json } = await flash(['box.img', 'json.img', '--json', '--no-verify', '--no-bmap'], { cwd });
    expect(JSON.parse(json)).toMatchObject({
      path: join(cwd, 'json.img'),
      bytes: image.length,
      imageBytes: image.length,
    });
    expect(JSON.parse(json)).not.toHaveProperty('verified');
  });

  test('that is there is overwritten only with consent', async () => {
    const cwd = folder();
    mappedImage(cwd);
    const disk = join(cwd, 'disk');
    const put = (): void => writeFileSync(disk, Buffer.alloc(20 * mebibyte, 0xff));
    put();
    expect(codes((await flash(['box.img', 'disk'], { cwd })).error)).toEqual(['not-confirmed']);
    expect(codes((await flash(['box.img', 'disk', '--yes', 'box.img'], { cwd })).error)).toEqual([
      'not-confirmed',
    ]);
    const refused = await flash(['box.img', 'disk'], { cwd, types: 'no' });
    expect(codes(refused.error)).toEqual(['not-confirmed']);
    expect(refused.asked).toEqual(['Type disk if it is to be overwritten: ']);
    expect(readFileSync(disk).every((byte) => byte === 0xff)).toBe(true);
    for (const how of [{ types: 'disk' }, { yes: 'disk' }]) {
      put();
      const yes = 'yes' in how ? ['--yes', how.yes] : [];
      expect((await flash(['box.img', 'disk', ...yes], { cwd, ...how })).error).toBeUndefined();
      expect(readFileSync(disk).subarray(0, 512).equals(image.subarray(0, 512))).toBe(true);
    }
  });

  test('is not made of a damaged image, and that is said', async () => {
    const cwd = folder();
    mappedImage(cwd);
    writeFileSync(join(cwd, 'box.img'), Buffer.from(image).fill('X', 3 * mebibyte, 3 * mebibyte + 10));
    const { error } = await flash(['box.img', 'copy.img'], { cwd });
    expect(error).toMatchObject({
      code: 'image-changed',
      message: expect.stringMatching(/copy\.img was not made$/) as string,
    });
    writeFileSync(join(cwd, 'disk'), Buffer.alloc(20 * mebibyte));
    const second = await flash(['box.img', 'disk', '--yes', 'disk'], { cwd });
    expect(second.error).toMatchObject({
      message: expect.stringMatching(/nothing starts from it: write it again$/) as string,
    });
    expect(readdirSync(cwd).sort()).toEqual(['box.img', 'box.img.bmap', 'disk']);
    const sum = ['--sha256', sha256(image).toUpperCase()];
    expect((await flash(['box.img', 'copy.img', '--no-bmap', ...sum], { cwd })).error).toMatchObject({
      code: 'image-changed',
    });
  });

  test('Ctrl-C says what is in it now', async () => {
    const cwd = folder();
    mappedImage(cwd);
    writeFileSync(join(cwd, 'disk'), Buffer.alloc(20 * mebibyte));
    const stop = new AbortController();
    const argv = ['box.img', 'disk', '--yes', 'disk', '--progress', 'json'];
    let err = '';
    const { error } = await runCommand(register, ['flash', ...argv], {
      cwd,
      signal: stop.signal,
      err: (text) => {
        err += text;
        if (text.includes('"step-start"') && text.includes('read back')) stop.abort();
      },
    });
    expect(error).toMatchObject({ name: 'InterruptedError' });
    expect(err).toContain(
      'disk holds neither what it held before nor the whole image, and nothing starts from it',
    );
  });

  test('--test starts it once it has its name', async () => {
    const cwd = folder();
    mappedImage(cwd);
    const started: string[] = [];
    const bootTest = (path: string, firmware: string): Promise<void> => {
      started.push(`${firmware} ${existsSync(path)}`);
      return Promise.resolve();
    };
    await flash(['box.img', 'copy.img', '--test'], { cwd, services: { bootTest } });
    await flash(['box.img', 'other.img', '--test', 'uefi'], { cwd, services: { bootTest } });
    expect(started).toEqual(['bios true', 'uefi true', 'uefi true']);
  });
});

describe.skipIf(noLoops !== undefined)(`a device (${noLoops ?? 'loop devices'})`, () => {
  test('is written with consent, under any of its names', async () => {
    const cwd = folder();
    mappedImage(cwd);
    const disk = sparse(join(cwd, 'disk'), 20 * mebibyte);
    const path = loop(disk);
    const services = { devices: () => readDevices() };
    expect(codes((await flash(['box.img', path], { cwd, services, types: 'x' })).error)).toEqual([
      'fixed-disk',
    ]);
    // The file that it shows is not to be written under it.
    expect(codes((await flash(['box.img', 'disk', '--yes', 'disk'], { cwd, services })).error)).toEqual([
      'in-use',
    ]);
    const reread: string[] = [];
    const { error, out } = await flash(['box.img', path, '--allow-fixed', '--yes', disk], {
      cwd,
      services: { ...services, reread: (which) => Promise.resolve(void reread.push(which)) },
    });
    expect(error).toBeUndefined();
    expect(out).toContain(`${path}  5.0 MiB of 12.0 MiB written, read back and the same`);
    expect(reread).toEqual([path]);
    expect(
      readFileSync(disk)
        .subarray(0, 6 * mebibyte)
        .equals(image.subarray(0, 6 * mebibyte)),
    ).toBe(true);
  });
});

describe('progress', () => {
  test('tells bytes, rate and time left', () => {
    expect(rateLine('write', 10 * mebibyte, 60 * mebibyte, 500)).toBe('write: 10.0 MiB of 60.0 MiB');
    expect(rateLine('write', 10 * mebibyte, 60 * mebibyte, 2000)).toBe(
      'write: 10.0 MiB of 60.0 MiB, 5.0 MiB/s, 10 s left',
    );
    expect(rateLine('write', mebibyte, 601 * mebibyte, 1000)).toBe(
      'write: 1.0 MiB of 601.0 MiB, 1.0 MiB/s, 10 min left',
    );
  });

  test('is one line on a terminal, wiped when it is over', async () => {
    let err = '';
    const io = {
      out: () => undefined,
      err: (text: string) => void (err += text),
      env: {},
      cwd: '/',
      outIsTty: true,
    };
    const all = { ...io, errIsTty: true, colour: false, signal: new AbortController().signal };
    const { monitor, finish } = await showRate(all, { mode: 'auto', verbose: false });
    const what = { id: 'a', kind: 'flash', title: 'write it' };
    monitor({ type: 'step-start', ...what });
    monitor({ type: 'step-progress', id: 'a', bytes: 5, total: 10 });
    monitor({ type: 'step-progress', id: 'a', bytes: 6, total: 10 });
    monitor({ type: 'step-progress', id: 'a', bytes: 10, total: 10 });
    monitor({ type: 'step-end', ...what, startMs: 0, ms: 1500, outcome: 'built' });
    await finish();
    expect(err).toBe(
      '\r\x1b[Kwrite it: 5 B of 10 B\r\x1b[Kwrite it: 10 B of 10 B\r\x1b[K   1.50 s  write it\n',
    );
  });
});
