import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { probe } from '../../src/boot/accel.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { asPlainUser, type Ended, type PlainOptions } from '../helpers/plain-user.ts';

const { cache, dir, images, tools } = inject('fixture');
const cli = join(packageRoot(), 'dist', 'diskbios.js');
const env = { HOME: dir, XDG_CACHE_HOME: cache };

const diskbios = (args: readonly string[], options: PlainOptions = {}): Promise<Ended> =>
  asPlainUser([process.execPath, cli, ...args], { cwd: dir, env, ...options });

/** Folders for temporary files whose process is gone: what living ones use is theirs. */
const leftovers = (): string[] =>
  readdirSync(tmpdir()).filter((name) => {
    const pid = /^p(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });

test('software emulation passes the probe', async () => {
  expect(await probe(qemuFromTree(tools), 'tcg')).toMatchObject({ works: true });
});

test('the tests run commands without the rights of root', async () => {
  expect((await asPlainUser(['id', '-u'])).out.trim()).not.toBe('0');
});

test('run prints the console; Ctrl-C ends it and leaves nothing behind', async () => {
  const before = leftovers();
  let said = '';
  let interrupted = false;
  const ended = await diskbios(['run', join(images, 'minimal.iso')], {
    onText: (text, { pid }) => {
      said += text;
      if (interrupted || !said.includes('DISKBIOS-READY')) return;
      interrupted = true;
      process.kill(pid, 'SIGINT');
    },
  });
  expect(ended.code).toBe(130);
  expect(ended.err).toMatch(/pinned QEMU with (KVM|TCG|HVF)/);
  expect(ended.err).toContain('minimal.iso as CD, BIOS, 512.0 MiB, 2 processors');
  expect(leftovers()).toEqual(before);
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

test('in a terminal, the guest has it: what is typed reaches the guest, Ctrl-A X ends QEMU', async () => {
  const before = leftovers();
  const command = [process.execPath, cli, 'run', join(images, 'minimal.iso')].join(' ');
  let said = '';
  let typed = '';
  const ended = await asPlainUser(['script', '-qec', command, '/dev/null'], {
    ...{ cwd: dir, env: { ...env, TERM: 'vt100' }, typing: true },
    onText: (text, child) => {
      said += text;
      if (typed === '' && said.includes('minimal login: ')) child.type((typed = 'somebody\r'));
      if (typed === 'somebody\r' && said.includes('Password: ')) child.type((typed = '\x01x'));
    },
  });
  expect(said).toContain('Ctrl-A X ends it');
  expect(said).toContain('login: somebody');
  expect(ended.code).toBe(0);
  expect(leftovers()).toEqual(before);
});
