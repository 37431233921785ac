import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseAccelerator, probe } from '../../../src/boot/accel.ts';
import { probeDisk, probeExitCode } from '../../../src/boot/accel-probe.ts';
import type { QemuTools } from '../../../src/boot/tools.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'accel-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A stand-in for QEMU: a real program that writes down how it was called. */
function qemuScript(body: string): QemuTools {
  const file = join(dir, 'qemu');
  writeFileSync(file, `#!/bin/sh\necho "$@" >>${dir}/calls\n${body}\n`);
  chmodSync(file, 0o755);
  const argv = (...args: string[]): string[] => [file, ...args];
  return { name: 'script', argv, img: argv, program: argv, env: {}, uefi: { code: '', vars: '' }, id: file };
}

const calls = (): string[] => readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n');

describe('the accelerator', () => {
  test('one that hangs is given up after a second and named', async () => {
    const started = performance.now();
    const result = await probe(qemuScript('exec sleep 30'), 'kvm');
    expect(result).toEqual({ works: false, why: 'a tiny guest did not finish within 1 s' });
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test('one that fails is told in the words of QEMU', async () => {
    const tools = qemuScript('echo "qemu-system-x86_64: error: failed to set MSR 0x10a" >&2; exit 134');
    expect(await probe(tools, 'kvm')).toEqual({ works: false, why: 'failed to set MSR 0x10a' });
  });

  test('a guest that ends otherwise than by its last instruction does not count', async () => {
    expect(await probe(qemuScript('exit 0'), 'tcg')).toMatchObject({ works: false });
    expect(await probe(qemuScript(`exit ${probeExitCode}`), 'tcg')).toMatchObject({ works: true });
  });

  test('software emulation takes over where hardware help does not work, and the answer is remembered', async () => {
    const tools = qemuScript(`case "$*" in *kvm*) exit 1;; *) exit ${probeExitCode};; esac`);
    const cacheDir = join(dir, 'cache');
    const chosen = await chooseAccelerator(tools, { cacheDir });
    expect(chosen).toMatchObject({ kind: 'tcg', cpu: 'max' });
    expect(chosen.patience).toBeGreaterThanOrEqual(1);
    const before = calls().length;
    expect(await chooseAccelerator(tools, { cacheDir })).toEqual(chosen);
    expect(calls()).toHaveLength(before);
    expect(readdirSync(cacheDir)).toHaveLength(1);
  });

  test('where nothing works, the reason is told and nothing is remembered', async () => {
    const tools = qemuScript('echo "qemu-system-x86_64: no memory" >&2; exit 1');
    const cacheDir = join(dir, 'cache');
    await expect(chooseAccelerator(tools, { cacheDir })).rejects.toThrow('no memory');
    expect(existsSync(cacheDir)).toBe(false);
  });

  test('the boot sector is one: signature, jump targets and descriptors where the code expects them', () => {
    const disk = probeDisk();
    expect([disk[510], disk[511]]).toEqual([0x55, 0xaa]);
    expect([...disk.subarray(0x61, 0x65)]).toEqual([0x66, 0x0f, 0xef, 0xc0]);
    expect([...disk.subarray(0x98, 0x9e)]).toEqual([0x0f, 0, 0x88, 0x7c, 0, 0]);
  });
});
