import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { qemuFromHost } from '../../../src/boot/tools.ts';
import { register } from '../../../src/cli/commands/run.ts';
import { exitCodeOf } from '../../../src/cli/report.ts';
import { type RunFlags, runWish } from '../../../src/cli/run/flags.ts';
import { guestRequest, summary } from '../../../src/cli/run/request.ts';
import { checkPorts, freeVncPort, makeDisks } from '../../../src/cli/run/resources.ts';
import { runCommand } from '../../helpers/cli.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'run-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const flags: RunFlags = {
  firmware: 'bios',
  memory: '512MiB',
  cpus: '2',
  display: 'none',
  forward: [],
  disk: [],
  network: 'user',
  accel: 'auto',
};
const wish = (over: Partial<RunFlags>) => runWish({ ...flags, ...over }, dir);
const mistakes = (over: Partial<RunFlags>): string[] => {
  try {
    wish(over);
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics.map(({ message }) => message);
  }
  return [];
};

describe('the options of run', () => {
  test('sizes, ports and disks are read', () => {
    writeFileSync(join(dir, 'there.img'), '');
    const read = wish({
      memory: '1GiB',
      forward: ['2222:22'],
      disk: ['new.qcow2:8GiB', 'there.img'],
      as: 'usb',
    });
    expect(read).toMatchObject({
      memory: 1024 ** 3,
      as: 'usb',
      forwards: [{ host: 2222, guest: 22 }],
      disks: [
        { file: join(dir, 'new.qcow2'), size: 8 * 1024 ** 3, format: 'qcow2' },
        { file: join(dir, 'there.img'), size: undefined, format: 'raw' },
      ],
    });
  });

  test('all mistakes are told at once', () => {
    const over = {
      firmware: 'efi',
      memory: '3',
      cpus: '0',
      forward: ['22'],
      disk: ['none.img'],
      accel: 'kmv',
    };
    expect(mistakes(over)).toEqual([
      '--forward 22: these are no two ports',
      '--disk none.img: there is no such file',
      '--memory 3: no amount of memory',
      '--cpus 0: no number of processors',
      '--firmware efi: there is no such choice',
      '--accel kmv: there is no such choice',
    ]);
  });

  test('where VNC listens: displays, ports, and nowhere else', () => {
    const port = (vnc: string | true) => wish({ vnc }).vncPort;
    expect([port(true), port(':1'), port('localhost:2'), port('127.0.0.1:3'), port('5907')]).toEqual([
      ...[undefined, 5901, 5902, 5903, 5907],
    ]);
    expect(wish({ vnc: true }).display).toBe('vnc');
    expect(mistakes({ vnc: '0.0.0.0:1' })).toEqual(['--vnc 0.0.0.0:1: VNC asks for no password']);
    expect(mistakes({ vnc: '22' })).toEqual(['--vnc 22: no VNC display']);
    expect(mistakes({ vnc: ':x' })).toEqual(['--vnc :x: no VNC display']);
  });

  test('SSH, screenshots and their time limit', () => {
    const read = wish({ screenshot: 'a.png', within: '1.5s', log: 'console.log', snapshot: true });
    expect(read).toMatchObject({ screenshot: join(dir, 'a.png'), within: 1500, snapshot: true });
    expect(read.log).toBe(join(dir, 'console.log'));
    expect(runWish({ ...flags, ssh: true }, dir, ['uname', '-r']).ssh).toEqual({ command: 'uname -r' });
    expect(wish({ ssh: true, within: '2min' })).toMatchObject({
      ssh: { command: undefined },
      within: 120_000,
    });
    expect(mistakes({ screenshot: 'no/such/a.gif', within: 'soon' })).toEqual([
      '--screenshot no/such/a.gif: there is no folder no/such',
      '--screenshot no/such/a.gif: screens are saved as PNG',
      '--within soon: no duration',
    ]);
  });

  test('the SSH port and VNC are part of the guest; with --snapshot no disk is written to', () => {
    writeFileSync(join(dir, 'there.img'), '');
    const given = { ...wish({ disk: ['there.img'], snapshot: true, vnc: ':1' }) };
    const found = {
      firmware: 'bios' as const,
      image: '/x/a.iso',
      as: 'usb',
      accelerator: { kind: 'tcg', cpu: 'max' },
    } as const;
    const request = guestRequest(given, { ...found, forwards: [{ host: 1, guest: 22 }], vncPort: 5901 });
    expect(request.drives.map(({ writes }) => writes)).toEqual(['discard', 'discard']);
    expect(request).toMatchObject({
      display: 'vnc',
      vncPort: 5901,
      networks: [{ forwards: [{ guest: 22 }] }],
    });
    const said = summary(given, { ...found, vncPort: 5901 });
    expect(said).toContain('its screen is at vnc://127.0.0.1:5901');
    expect(said).toContain('what it writes to disks is thrown away');
  });

  test('options without effect are mistakes', () => {
    expect(mistakes({ ssh: true, screenshot: 'a.png', network: 'none', within: '1s' })).toEqual([
      '--ssh and --screenshot are two ways to end',
      '--ssh needs the network',
    ]);
    expect(mistakes({ within: '1s', vnc: ':1', display: 'gtk' })).toEqual([
      '--vnc has no effect with --display gtk',
      '--within has no effect by itself',
    ]);
    expect(mistakes({ display: 'curses', ssh: true })).toEqual(['--display curses takes the terminal']);
    expect(() => runWish(flags, dir, ['uname'])).toThrow('uname: a command is for --ssh only');

    expect(mistakes({ network: 'none', forward: ['1:1'] })).toEqual([
      '--forward has no effect with --network none',
    ]);
    expect(mistakes({ display: 'gtk', qemu: 'pinned' })[0]).toContain('opens no windows');
    expect(wish({ display: 'gtk' }).qemu).toBe('host');
  });
});

describe('what a run needs', () => {
  test('a port in use is named', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(checkPorts([{ host: port, guest: 22 }])).rejects.toThrow(
      `port ${port} of this machine is in use`,
    );
    await expect(checkPorts([], port)).rejects.toThrow(`--vnc: port ${port} of this machine is in use`);
    await new Promise((resolve) => server.close(resolve));
    await expect(checkPorts([{ host: port, guest: 22 }])).resolves.toBeUndefined();
  });

  test('VNC gets a port that nobody uses', async () => {
    const first = await freeVncPort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(first, '127.0.0.1', resolve));
    expect(await freeVncPort()).toBeGreaterThan(first);
    await new Promise((resolve) => server.close(resolve));
  });

  test('a disk is made once, and takes no space', async () => {
    const disk = { file: join(dir, 'd.img'), size: 1024 ** 3, format: 'raw' } as const;
    const tools = {
      name: '',
      argv: () => [],
      img: () => ['false'],
      program: () => ['false'],
      env: {},
      uefi: { code: '', vars: '' },
      id: '',
    };
    const { signal } = new AbortController();
    expect(await makeDisks([disk], tools, signal)).toEqual([disk.file]);
    expect(statSync(disk.file)).toMatchObject({ size: 1024 ** 3, blocks: 0 });
    expect(await makeDisks([disk], tools, signal)).toEqual([]);
  });

  test.skipIf(existsSync('/usr/bin/qemu-system-x86_64'))(
    'a QEMU that is not installed is a missing thing',
    () => {
      expect(() => qemuFromHost()).toThrow('is not installed on this machine');
    },
  );
});

test('run with an image that is not there: exit code 2, and nothing is fetched', async () => {
  const never = (): never => expect.unreachable();
  const { error } = await runCommand(
    (program, io) => register(program, io, { buildIso: never, ensureQemuTools: never }),
    ['run', 'nothing.iso'],
    { cwd: dir },
  );
  expect(String(error)).toContain('nothing.iso: there is no such image or recipe');
  expect(exitCodeOf(error)).toBe(2);
});
