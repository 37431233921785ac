import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { parseBmap } from '../../src/formats/bmap.ts';
import { compareImages } from '../../src/image/compare.ts';
import { describeFile } from '../../src/image/describe.ts';
import { findProgram, run } from '../../src/sys/run.ts';
import { toolArgv } from '../../src/sys/tools.ts';
import { bootGuest, passMenu } from '../helpers/boot.ts';
import { environment, partition, setEnvironment, tryOtherSlot } from '../helpers/boot-disk.ts';
import { asPlainUser, giveToPlainUser } from '../helpers/plain-user.ts';

const { dir, cache, recipes, images, tools } = inject('fixture');
const media = ['usb', 'qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx', 'ova'];
const out = join(dir, 'media');
const built = (ending: string): string => join(out, `minimal.${ending}`);
const stick = built('img');

async function build(to: string, ...more: string[]): Promise<void> {
  mkdirSync(to, { recursive: true });
  giveToPlainUser(to);
  const cli = join(packageRoot(), 'dist', 'diskbios.js');
  const argv = ['build', join(recipes, 'minimal.yaml'), '--medium', media.join(','), '-o', to, ...more];
  const env = { HOME: dir, XDG_CACHE_HOME: cache };
  const { code, err } = await asPlainUser([process.execPath, cli, ...argv], { cwd: dir, env });
  expect(code, err).toBe(0);
}

beforeAll(() => build(out));

describe('a disk that diskbios builds', () => {
  test('is the same in every format, and in both sizes of UEFI and with BIOS there is a loader', () => {
    const { boot, slot, format, manifest } = describeFile(stick);
    expect({ slot, format, problems: boot.problems }).toEqual({ slot: 'a', format: 'raw', problems: [] });
    expect(boot.efiLoaders).toEqual(['BOOTIA32.EFI', 'BOOTX64.EFI']);
    expect([boot.bios.stick, boot.uefi.stick]).toEqual([true, true]);
    expect(manifest?.name).toBe('minimal');
    for (const ending of media.slice(1)) {
      const { values, packages, medium, files } = compareImages(stick, built(ending));
      expect([values, packages, medium, files], ending).toEqual([[], [], [], []]);
    }
  });

  test.each([
    ['qcow2', 'qcow2'],
    ['vmdk', 'vmdk'],
    ['vdi', 'vdi'],
    ['vhd', 'vpc'],
    ['vhdx', 'vhdx'],
  ])('as %s is what the pinned qemu-img reads as the disk', async (ending, name) => {
    const img = (...args: string[]) => run(toolArgv(tools, 'usr/bin/qemu-img', args));
    await img('compare', '-f', 'raw', '-F', name, stick, built(ending));
    if (name !== 'vpc') await img('check', '-q', '-f', name, built(ending));
  });

  test('as an OVA is a tar as DSP0243 says, and the disk in it is the disk', async () => {
    const names = (await run(['tar', 'tf', built('ova')])).stdout.trim().split('\n');
    const folder = join(out, 'unpacked-ova');
    mkdirSync(folder, { recursive: true });
    await run(['tar', 'xf', built('ova'), '-C', folder]);
    const ovf = readFileSync(join(folder, names[0] ?? ''), 'utf8');
    const elements = (name: string): Record<string, string>[] =>
      [...ovf.matchAll(new RegExp(`<${name}\\s([^>]*)>`, 'g'))].map(([, attributes = '']) =>
        Object.fromEntries(
          [...attributes.matchAll(/ovf:(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
        ),
      );
    const [files, [disk]] = [elements('File'), elements('Disk')];
    // The description first, then its checksums, then the files in the order in which it names them.
    expect(names).toEqual(['minimal.ovf', 'minimal.mf', ...files.map(({ href }) => href)]);
    for (const { href = '', size } of files) expect(String(statSync(join(folder, href)).size)).toBe(size);
    expect(files.map(({ id }) => id)).toContain(disk?.['fileRef']);
    expect(Number(disk?.['capacity'])).toBe(statSync(stick).size);
    expect(disk?.['format']).toMatch(/vmdk\.html#streamOptimized$/);
    const sums = readFileSync(join(folder, 'minimal.mf'), 'utf8').trim().split('\n');
    const made = names
      .filter((name) => name !== 'minimal.mf')
      .map((name) => {
        const sum = createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex');
        return `SHA256(${name})= ${sum}`;
      });
    expect(sums).toEqual(made);
    const vmdk = join(folder, files[0]?.['href'] ?? '');
    await run(toolArgv(tools, 'usr/bin/qemu-img', ['compare', '-f', 'raw', '-F', 'vmdk', stick, vmdk]));
  });

  test('passes the checks of sfdisk, sgdisk, fsck.fat and e2fsck, where they are', async () => {
    if (findProgram('sfdisk') !== undefined) {
      expect((await run(['sfdisk', '--verify', stick])).stdout).toContain('No errors detected');
    }
    if (findProgram('sgdisk') !== undefined) {
      expect((await run(['sgdisk', '--verify', stick])).stdout).toContain('No problems found');
    }
    const check = async (name: string, ...argv: string[]): Promise<void> => {
      if (findProgram(argv[0] ?? '') === undefined) return;
      const { from, to } = partition(stick, name);
      const part = join(out, name);
      await run([
        'dd',
        `if=${stick}`,
        `of=${part}`,
        'bs=1M',
        `skip=${from / 2 ** 20}`,
        `count=${(to - from) / 2 ** 20}`,
      ]);
      await run([...argv, part]);
    };
    await check('DISKBIOS-ESP', 'fsck.fat', '-n');
    await check('DISKBIOS-A', 'fsck.fat', '-n');
    await check('DISKBIOS-DATA', 'e2fsck', '-f', '-n');
  });

  test('takes no room for what means nothing, and packed by zstd it is the same', async () => {
    const { size, blocks } = statSync(stick);
    const mapped = parseBmap(readFileSync(`${stick}.bmap`, 'utf8')).ranges;
    // File systems give room in pieces.
    expect(blocks * 512).toBeLessThan(mapped.reduce((sum, { from, to }) => sum + to - from, 0) + 2 ** 20);
    expect(blocks * 512).toBeLessThan(size / 2);
    const packed = join(out, 'packed');
    await build(packed, '--set', 'media.usb.compress=zstd');
    expect(existsSync(join(packed, 'minimal.img'))).toBe(false);
    const unpacked = join(packed, 'unpacked.img');
    await run(['zstd', '-q', '-d', '--sparse', '-o', unpacked, join(packed, 'minimal.img.zst')]);
    await run(['cmp', stick, unpacked]);
  });

  test('has a block map by which nothing is missing', async () => {
    expect(existsSync(`${stick}.bmap`)).toBe(true);
    const ranges = [...readFileSync(`${stick}.bmap`, 'utf8').matchAll(/<Range[^>]*> (\d+)(?:-(\d+))? </g)];
    const image = readFileSync(stick);
    for (const [, first, last = first] of ranges)
      image.fill(0, Number(first) * 4096, (Number(last) + 1) * 4096);
    expect(image.equals(Buffer.alloc(image.length))).toBe(true);
    if (findProgram('bmaptool') !== undefined) await run(['bmaptool', 'copy', stick, join(out, 'copy.img')]);
  });
});

test.skipIf(findProgram('xorriso') === undefined)(
  'an ISO passes the check of xorriso (where it is)',
  async () => {
    const iso = join(images, 'minimal.iso');
    const { stdout, stderr } = await run([
      ...['xorriso', '-abort_on', 'WARNING', '-indev', iso],
      ...['-check_media', 'what=disc', '--', '-report_el_torito', 'plain'],
    ]);
    expect(stdout).toMatch(/^Media region *: .* \+ good$/m);
    expect(stdout).not.toMatch(/^Media region *: .* - /m);
    expect(stdout + stderr).toMatch(/El Torito boot img.* BIOS[^]*El Torito boot img.* UEFI/);
  },
);

describe('a stick', () => {
  /** Boots an image, of which what the boot loader writes is kept, into its kernel; gives the slot that it started. */
  async function slotBooted(image: string, firmware: 'bios' | 'uefi'): Promise<string | undefined> {
    const drives = [{ file: image, as: 'usb', format: 'raw', writes: 'keep' }] as const;
    const guest = await bootGuest({ tools, name: `media ${firmware}`, firmware, cpus: 1, drives });
    await passMenu(guest);
    const { groups } = await guest.waitFor(/Command line: .*diskbios\.slot=(\w)/);
    await guest.kill();
    return groups[1];
  }

  test('starts a slot on trial, by BIOS, and counts that down', async () => {
    const image = join(out, 'trial.img');
    copyFileSync(stick, image);
    tryOtherSlot(image);
    expect(await slotBooted(image, 'bios')).toBe('b');
    expect(environment(image)).toEqual({ slot: 'a', slot_trial: 'b', slot_tries: '2' });
  });

  test('starts the other slot, by UEFI, where the one on trial holds nothing', async () => {
    const image = join(out, 'empty.img');
    copyFileSync(stick, image);
    setEnvironment(image, { slot: 'a', slot_trial: 'b', slot_tries: '1' });
    expect(await slotBooted(image, 'uefi')).toBe('a');
    expect(environment(image)?.['slot_tries']).toBe('0');
  });
});
