import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { probe } from '../../src/boot/accel.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { makeBootKey } from '../helpers/boot-key.ts';
import { asPlainUser, type Ended, giveToPlainUser, type PlainOptions } from '../helpers/plain-user.ts';

const { cache, dir, images, tools } = inject('fixture');
const cli = join(packageRoot(), 'dist', 'diskbios.js');
const temporary = join(dir, 'run');
mkdirSync(temporary);
giveToPlainUser(temporary);
const env = { HOME: dir, XDG_CACHE_HOME: cache, TMPDIR: temporary };

const diskbios = (args: readonly string[], options: PlainOptions = {}): Promise<Ended> =>
  asPlainUser([process.execPath, cli, ...args], { cwd: dir, env, ...options });

/** Folders for temporary files that a run has left in this folder of ours alone. */
const leftovers = (): string[] => readdirSync(temporary);

test('software emulation passes the probe', async () => {
  expect(await probe(qemuFromTree(tools), 'tcg')).toMatchObject({ works: true });
});

test('the tests run commands without the rights of root', async () => {
  expect((await asPlainUser(['id', '-u'])).out.trim()).not.toBe('0');
});

test('run prints the console; Ctrl-C ends it and leaves nothing behind', async () => {
  let said = '';
  let interrupted = false;
  const ended = await diskbios(['run', join(images, 'quick.iso')], {
    onText: (text, { pid }) => {
      said += text;
      if (interrupted || !said.includes('DISKBIOS-READY')) return;
      interrupted = true;
      process.kill(pid, 'SIGINT');
    },
  });
  expect(ended.code).toBe(130);
  expect(ended.err).toMatch(/pinned QEMU with (KVM|TCG|HVF)/);
  expect(ended.err).toMatch(/quick\.iso as CD, BIOS, 512\.0 MiB, \d processor/);
  expect(leftovers()).toEqual([]);
});

test('run of an image that does not boot: exit code 1 and the reason', async () => {
  const ended = await diskbios(['run', cli, '--as', 'virtio']);
  expect(ended.code).toBe(1);
  expect(ended.err).toContain('the firmware found nothing to boot from');
});

test('--dry-run prints a command line and makes the disk', async () => {
  const disk = join(dir, 'data.qcow2');
  const args = [
    'run',
    join(images, 'minimal.iso'),
    '--dry-run',
    '--disk',
    `${disk}:1GiB`,
    '--firmware',
    'uefi',
  ];
  const { code, out, err } = await diskbios(args);
  expect(code).toBe(0);
  expect(err).toContain(`made ${disk}`);
  expect(out).toContain(`file=${disk}`);
  expect(out).toContain('OVMF_CODE_4M.fd');
  expect((await asPlainUser(['head', '-c', '3', disk])).out).toBe('QFI');
});

test('--dry-run of a program for UEFI with a key of the user: what the command line names is there', async () => {
  const program = join(dir, 'box.efi');
  const { certificate } = makeBootKey('diskbios test');
  writeFileSync(program, 'MZ');
  writeFileSync(join(dir, 'db.crt'), certificate);
  const { code, out, err } = await diskbios([
    'run',
    program,
    '--secure-boot',
    join(dir, 'db.crt'),
    '--dry-run',
  ]);
  expect({ code, err }).toMatchObject({ code: 0 });
  const [vars, stick] = [join(dir, 'box.uefi-vars.fd'), join(dir, 'box.stick.img')];
  expect(err).toContain(`made ${vars}\nmade ${stick}\n`);
  expect(out).toContain(`file=${vars}`);
  expect(out).toContain(`file=${stick}`);
  expect(out).toContain('OVMF_CODE_4M.secboot.fd');
  expect(out).not.toContain('OVMF_VARS');
  expect(readFileSync(vars).includes(new X509Certificate(certificate).raw)).toBe(true);
}, 120_000);

test('in a terminal, the guest has it: what is typed reaches the guest, Ctrl-A X ends QEMU', async () => {
  const command = [process.execPath, cli, 'run', join(images, 'quick.iso')].join(' ');
  let said = '';
  let typed = '';
  const ended = await asPlainUser(['script', '-qec', command, '/dev/null'], {
    ...{ cwd: dir, env: { ...env, TERM: 'vt100' }, typing: true },
    onText: (text, child) => {
      said += text;
      if (typed === '' && said.includes('quick login: ')) child.type((typed = 'somebody\r'));
      if (typed === 'somebody\r' && said.includes('Password: ')) child.type((typed = '\x01x'));
    },
  });
  expect(said).toContain('Ctrl-A X ends it');
  expect(said).toContain('login: somebody');
  expect(ended.code).toBe(0);
  expect(leftovers()).toEqual([]);
});

test('--screenshot saves the screen and switches off', async () => {
  const file = join(dir, 'welcome.png');
  const { code, out } = await diskbios(['run', join(images, 'quick.iso'), '--screenshot', file]);
  expect(code).toBe(0);
  expect(out).toBe(`${file}\n`);
  const size = (await asPlainUser(['file', '-b', file])).out;
  expect(size).toMatch(/PNG image data, \d{3,4} x \d{3}/);
});

test('--screenshot of an image that does not boot: the picture is there, and the exit code is 1', async () => {
  const file = join(dir, 'broken.png');
  const ended = await diskbios(['run', cli, '--as', 'virtio', '--screenshot', file]);
  expect(ended.code).toBe(1);
  expect(ended.err).toContain(`its screen is saved in ${file}`);
  expect(existsSync(file)).toBe(true);
});

test('--screenshot --within: the screen of that moment, READY or not', async () => {
  const file = join(dir, 'menu.png');
  const args = ['run', join(images, 'minimal.iso'), '--screenshot', file, '--within', '2s'];
  const { code, err } = await diskbios(args);
  expect(err).toContain('not READY within the time given');
  expect([code, existsSync(file)]).toEqual([0, true]);
});

test('--ssh lets in a key made for the session, gives the exit code, and --snapshot leaves disks alone', async () => {
  const disk = join(dir, 'snapshot.img');
  const log = join(dir, 'console.log');
  const given = ['--snapshot', '--disk', `${disk}:64MiB`, '--log', log];
  const command = 'echo kept > /dev/vda; sync; head -c 4 /dev/vda; exit 7';
  const ended = await diskbios(['run', join(images, 'quick-cloud.iso'), '--ssh', ...given, '--', command]);
  expect(ended.err).toContain('it is shown one that is made for this session');
  expect(ended).toMatchObject({ out: 'kept', code: 7 });
  expect(readFileSync(disk).subarray(0, 4)).toEqual(Buffer.alloc(4));
  expect(readFileSync(log, 'utf8')).toContain('DISKBIOS-READY');
});

test('--ssh logs in: in a terminal, what is typed reaches the shell there', async () => {
  const command = [process.execPath, cli, 'run', join(images, 'quick-cloud.iso'), '--ssh'].join(' ');
  let said = '';
  let typed = false;
  const ended = await asPlainUser(['script', '-qec', command, '/dev/null'], {
    ...{ cwd: dir, env: { ...env, TERM: 'vt100' }, typing: true },
    onText: (text, child) => {
      said += text;
      // The shell asks the terminal for its cursor, too.
      if (typed || !/made for this session[^]*# (?:\x1b\[6n)?$/.test(said)) return;
      typed = true;
      child.type('tty; exit 9\r');
    },
  });
  expect(said).toContain('/dev/pts/0');
  expect(said).toContain('switching it off');
  expect(ended.code).toBe(9);
  expect(leftovers()).toEqual([]);
});

test('--ssh of an image without an SSH server says so', async () => {
  const ended = await diskbios(['run', join(images, 'quick.iso'), '--ssh', '--', 'true']);
  expect(ended.err).toContain('it is READY, but no SSH server answers');
  expect(ended.code).toBe(1);
});

test('--vnc shows the screen at the address it prints', async () => {
  let said = '';
  let greeting: Promise<string> | undefined;
  const ended = await diskbios(['run', join(images, 'minimal.iso'), '--vnc'], {
    onText: (text, { pid }) => {
      said += text;
      const port = /vnc:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (greeting !== undefined || port === undefined || !said.includes('GRUB')) return;
      greeting = firstWords(Number(port)).finally(() => process.kill(pid, 'SIGINT'));
    },
  });
  expect(await greeting).toMatch(/^RFB 003\./);
  expect(ended.code).toBe(130);
});

/** What a server says first. */
function firstWords(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('latin1'));
    });
  });
}
