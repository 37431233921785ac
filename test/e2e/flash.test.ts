import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { withGuest } from '../../src/boot/guest.ts';
import type { GuestRequest } from '../../src/boot/launch.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { parseBmap } from '../../src/formats/bmap.ts';
import { readPartitionTables } from '../../src/formats/partitions.ts';
import { findProgram, run } from '../../src/sys/run.ts';
import { acceleratorFor, medium, passMenu, waitForReady } from '../helpers/boot.ts';
import { asPlainUser, type Ended, giveToPlainUser } from '../helpers/plain-user.ts';
import { loop, noLoops, smallDisk } from '../unit/flash/loops.ts';

const { dir, cache, recipes, tools } = inject('fixture');
const out = join(dir, 'flash');
const image = join(out, 'minimal.img');
const isRoot = process.getuid?.() === 0;

const env = { HOME: dir, XDG_CACHE_HOME: cache };
const cli = [process.execPath, join(packageRoot(), 'dist', 'diskbios.js')];

/** UEFI of 32 bits, which boards with a processor of 64 bits have; Debian's ovmf-ia32. */
const uefi32 = {
  code: '/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd',
  vars: '/usr/share/OVMF/OVMF32_VARS_4M.fd',
};
const noUefi32 = existsSync(uefi32.code) ? '' : ' (ovmf-ia32 is not on this machine)';

/** As a user without rights. */
function diskbios(...args: string[]): Promise<Ended> {
  return asPlainUser([...cli, ...args], { cwd: out, env });
}

/** As whoever runs the tests. */
async function here(
  args: readonly string[],
  onText: (text: string, pid: number) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(cli[0] ?? '', [cli[1] ?? '', ...args], {
    cwd: out,
    env: { PATH: process.env['PATH'], ...env, CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  const listen =
    (stream: 'out' | 'err') =>
    (bytes: Buffer): void => {
      said[stream] += bytes.toString();
      onText(bytes.toString(), child.pid ?? -1);
    };
  child.stdout.on('data', listen('out'));
  child.stderr.on('data', listen('err'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ ...said, code: code ?? undefined, signal: signal ?? undefined }),
    );
  });
}

const used = () => parseBmap(readFileSync(`${image}.bmap`, 'utf8'));

function part(path: string, from: number, length: number): Buffer {
  const fd = openSync(path, 'r');
  const bytes = Buffer.alloc(length);
  readSync(fd, bytes, 0, length, from);
  closeSync(fd);
  return bytes;
}

/** A used stick of this size: wherever the image means nothing, there is something. */
function usedStick(path: string, bytes: number): string {
  const fd = openSync(path, 'w');
  const dirt = Buffer.alloc(4 * 2 ** 20, 0xa5);
  for (let at = 0; at < bytes; at += dirt.length)
    writeSync(fd, dirt, 0, Math.min(dirt.length, bytes - at), at);
  closeSync(fd);
  giveToPlainUser(path);
  return path;
}

function expectWritten(path: string): void {
  for (const { from, to } of used().ranges)
    expect(part(path, from, to - from).equals(part(image, from, to - from)), `${from}–${to}`).toBe(true);
}

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  giveToPlainUser(out);
  const { code, err } = await diskbios('build', join(recipes, 'minimal.yaml'), '--medium', 'usb', '-o', '.');
  expect(code, err).toBe(0);
});

describe('flash', () => {
  const stickBytes = 260 * 2 ** 20;

  test(`onto a used ${noLoops === undefined ? 'device' : `file (${noLoops})`}, with a host name; a machine starts from it`, async () => {
    const file = usedStick(join(out, 'stick'), stickBytes);
    const target = noLoops === undefined ? loop(file) : file;
    const consent = ['--yes', target === file ? 'stick' : file, '--allow-fixed'];
    const args = ['flash', image, target, ...consent, '--hostname', 'flashed', '--test', 'bios', '--json'];
    const { code, out: json, err } = await here(args);
    expect(code, err).toBe(0);
    expect(err).toMatch(/starts with BIOS: READY after/);
    const mapped = used().ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(JSON.parse(json)).toMatchObject({
      path: target,
      bytes: mapped,
      personal: { hostname: 'flashed' },
    });
    // No copy of an old partition table at the end.
    expect(part(file, stickBytes - 2 ** 20, 2 ** 20).every((byte) => byte === 0)).toBe(true);
    const shown = await here(['personalize', target, '--show', '--json']);
    expect(JSON.parse(shown.out)).toEqual({ hostname: 'flashed' });
    if (findProgram('sfdisk') !== undefined) await run(['sfdisk', '--verify', target]);
    rmSync(file);
  });

  test('into a file, without any rights', async () => {
    const { code, err, out: said } = await diskbios('flash', image, 'copy.img');
    expect(code, err).toBe(0);
    expect(said).toContain('read back and the same');
    expect(readFileSync(join(out, 'copy.img')).equals(readFileSync(image))).toBe(true);
    rmSync(join(out, 'copy.img'));
  });

  test.skipIf(noUefi32 !== '')(`it starts on UEFI of 32 bits${noUefi32}`, async () => {
    const pinned = qemuFromTree(tools);
    const { kind, cpu, patience } = await acceleratorFor(pinned, tools);
    const request: GuestRequest = {
      // This firmware needs the machine that Secure Boot needs; its variables have no keys.
      firmware: 'uefi-secure',
      accelerator: { kind, cpu },
      drives: [medium(image, 'usb')],
      ...{ memory: 512 * 1024 ** 2, cpus: 1, networks: [], usbInput: false, emptySlots: 0 },
      ...{ display: 'none' as const, vncPort: undefined },
      ...{ uefiVars: undefined, kernel: undefined },
    };
    const machine = { ...pinned, uefi: { ...pinned.uefi, secure: uefi32 } };
    await withGuest(machine, request, { patience }, async (guest) => {
      await passMenu(guest);
      await waitForReady(guest);
    });
  });

  test.each<[string, NodeJS.Signals, number | undefined]>([
    ['Ctrl-C', 'SIGINT', 130],
    ['a kill', 'SIGKILL', undefined],
  ])('%s leaves nothing that starts, and the same command mends it', async (_, signal, expected) => {
    const file = usedStick(join(out, 'stick'), stickBytes);
    const args = ['flash', image, file, '--yes', 'stick', '--progress', 'json'];
    const stopped = await here(args, (text, pid) => {
      if (text.includes('"step-progress"')) process.kill(pid, signal);
    });
    expect(stopped.code, stopped.err).toBe(expected);
    if (signal === 'SIGINT') expect(stopped.err).toContain('nothing starts from it: write it again');
    const { gpt, mbr } = readPartitionTables((at, length) => part(file, at, length));
    expect([gpt, mbr]).toEqual([undefined, undefined]);
    const again = await here(args);
    expect(again.code, again.err).toBe(0);
    expectWritten(file);
    rmSync(file);
  });

  test.skipIf(!isRoot || noLoops !== undefined)(
    'a device that this user may not write to: what to do',
    async () => {
      const file = usedStick(join(out, 'stick'), stickBytes);
      const device = loop(file);
      const { code, err } = await diskbios('flash', image, device, '--yes', file, '--allow-fixed');
      expect(code).toBe(2);
      expect(err).toMatch(/you may not write to .*\n.*as root: sudo /);
      rmSync(file);
    },
  );

  test.skipIf(!isRoot || noLoops !== undefined)(
    'a device with sectors of 4096 bytes is refused, whatever is allowed, and left alone',
    async () => {
      const file = usedStick(join(out, 'stick'), stickBytes);
      const device = loop(file, '--sector-size', '4096');
      const { code, err } = await here(['flash', image, device, '--yes', file, '--allow-fixed']);
      expect(code).toBe(2);
      expect(err).toMatch(/its sectors have 4096 bytes; .* made for 512, and would not be found/);
      expect(err).toContain('switched to sectors of 512');
      expect(part(file, 0, 2 ** 20).every((byte) => byte === 0xa5)).toBe(true);
      rmSync(file);
    },
  );

  test('the disk of this system is refused, whatever is allowed', async () => {
    const listed = await diskbios('flash', '--list', '--json');
    const disks = JSON.parse(listed.out) as {
      path: string;
      refused: { code: string }[];
      identity?: { value: string };
    }[];
    const own = disks.find(({ refused }) => refused.some(({ code }) => code === 'system-disk'));
    if (own === undefined) return; // In a container, it is no disk that can be named.
    const consent = ['--allow-fixed', '--allow-members', '--yes', own.identity?.value ?? 'none'];
    const { code, err } = await here(['flash', image, own.path, ...consent]);
    expect([code, err]).toEqual([2, expect.stringContaining('this system runs from it')]);
  });
});

describe.skipIf(noLoops !== undefined)(
  `an output folder with too little room (${noLoops ?? 'a mount'})`,
  () => {
    test('is told of before anything is made', async () => {
      const small = smallDisk(out, 8 * 2 ** 20);
      giveToPlainUser(small);
      const { code, err } = await diskbios(
        'build',
        join(recipes, 'minimal.yaml'),
        '--medium',
        'iso,usb',
        '-o',
        join(small, 'images'),
      );
      expect(code).toBe(1);
      expect(err).toMatch(
        /too little room in .*images for minimal\.iso and 3 others: .* needed, 8\.0 MiB free, .* missing/,
      );
      expect(readdirSync(small)).toEqual([]);
    });

    test('an image that is there already takes no more room', async () => {
      mkdirSync(join(out, 'folder'));
      const small = smallDisk(join(out, 'folder'), 48 * 2 ** 20);
      giveToPlainUser(small);
      const build = (...more: string[]): Promise<Ended> =>
        diskbios('build', join(recipes, 'minimal.yaml'), '--medium', 'iso', '-o', small, ...more);
      expect((await build()).code).toBe(0);
      expect((await build()).code).toBe(0);
      writeFileSync(join(small, 'minimal.iso'), 'changed');
      writeFileSync(join(small, 'other'), Buffer.alloc(40 * 2 ** 20));
      const { code, err } = await build();
      expect([code, err]).toEqual([1, expect.stringContaining('too little room')]);
      expect(readFileSync(join(small, 'minimal.iso'), 'utf8')).toBe('changed');
    });
  },
);
