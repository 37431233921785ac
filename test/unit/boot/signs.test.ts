import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bootFailures } from '../../../src/base/boot-failures.ts';
import { packageRoot } from '../../../src/base/package-root.ts';
import { advice } from '../../../src/boot/advice.ts';
import { BootError } from '../../../src/boot/failures.ts';
import { recognise, serviceFailure, shortOfMemory } from '../../../src/boot/signs.ts';
import { plainTexter } from '../../../src/boot/terminal-text.ts';

const kernel = '[    0.000000] Linux version 6.12.117+deb13-cloud-amd64\n';
const entry = "GNU GRUB  version 2.12\n  Booting `diskbios live'\n\nLoading diskbios live ...\n";
const panic = (why: string): string => `${entry}${kernel}[    2.584574] Kernel panic - not syncing: ${why}\n`;

describe('signs of a failed boot', () => {
  test.each([
    ['grub-rescue', 'error: no such partition.\nEntering rescue mode...\ngrub rescue> '],
    ['grub-shell', 'Minimal BASH-like line editing is supported.\n\ngrub> '],
    [
      'boot-entry-broken',
      `${entry}error: file \`/boot/vmlinuz' not found.\nerror: you need to load the kernel first.\n\nPress any key to continue...`,
    ],
    [
      'boot-entry-broken',
      `${entry}error: attempt to read or write outside of disk \`cd0'.\n\nPress any key to continue...`,
    ],
    ['boot-entry-broken', `${entry}EFI stub: ERROR: Failed to verify the kernel\n`],
    ['boot-entry-broken', `${entry}\n  Failed to boot both default and fallback entries.\n`],
    ['kernel-panic', panic('Attempted to kill init! exitcode=0x00000100')],
    [
      'kernel-panic',
      'Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.\n',
    ],
    ['kernel-panic', '[    3.1][    T1] Kernel panic - not syncing: sysrq triggered crash\n'],
    ['out-of-memory', panic('System is deadlocked on memory')],
    ['out-of-memory', panic('Out of memory: compulsory panic_on_oom is enabled')],
    ['out-of-memory', `${entry}error: out of memory.\n\nPress any key to continue...`],
    ['out-of-memory', `${entry}error: ../../grub-core/kern/mm.c:552:out of memory.\n`],
    [
      'out-of-memory',
      `${entry}could not allocate all requested memory: 2631 pages still required after iterating EFI\n`,
    ],
    [
      'out-of-memory',
      `${entry}EFI stub: ERROR: Failed to decompress kernel\nerror: start_image() returned 0x8000000000000009.\n`,
    ],
    ['out-of-memory', `${entry}${kernel}[    1.2] Initramfs unpacking failed: write error\n`],
    ['early-init-failed', `${kernel}[    2.345678] diskbios: early init: cannot mount /dev and /run\n`],
    ['early-init-failed', 'x\ndiskbios: early init: cannot mount /dev and /run\n'],
    ['supervisor-failed', "[    4.1] diskbios: the supervisor failed: ReferenceError: 'x' is not defined\n"],
    [
      'supervisor-failed',
      '[   12.1] diskbios: the supervisor fails again and again (see above); a shell instead\n',
    ],
    ['supervisor-failed', "can't run '/usr/lib/diskbios/supervise': No such file or directory\n"],
    ['service-failed', 'diskbios: service web failed to start: exit code 127 (/usr/sbin/web: not found)\n'],
    ['service-failed', 'DISKBIOS-READY mode=live up=5.31 failed=web,mail\n'],
    ['no-boot-medium', 'enter handle_18:\n  NULL\nNo bootable device.\n'],
    [
      'no-boot-medium',
      'BdsDxe: No bootable option or device was found.\nBdsDxe: Press any key to enter the Boot Manager\n',
    ],
    ['no-boot-medium', '>>Start PXE over IPv4.'],
    [
      'secure-boot-refused',
      'BdsDxe: failed to load Boot0001 "UEFI Misc Device" from PciRoot(0x0): Access Denied\n',
    ],
    ['secure-boot-refused', `${entry}error: bad shim signature.\nPress any key to continue...`],
    ['secure-boot-refused', `${entry}error: bad signature.\nPress any key to continue...`],
    [
      'secure-boot-refused',
      `${entry}error: file \`/boot/vmlinuz.sig' not found.\nPress any key to continue...`,
    ],
  ])('%s', (failure, text) => {
    expect(recognise(text)?.failure).toBe(failure);
  });

  test('the line that gives it away is told whole', () => {
    expect(recognise('a\n[ 2.01] Kernel panic - not syncing: VFS\nb')?.line).toBe(
      '[ 2.01] Kernel panic - not syncing: VFS',
    );
    expect(
      recognise(`${entry}error: file \`/x' not found.\nerror: load it first.\nPress any key to continue`)
        ?.line,
    ).toBe("error: file `/x' not found.");
  });

  test('only what was not looked at yet counts; what stands before it explains it', () => {
    const text = panic('Fatal exception');
    expect(recognise(text, text.length)).toBeUndefined();
    const fault = '[    2.58] BUG: kernel NULL pointer dereference, address: 0000000000000008\n';
    const more = `${kernel}${fault}${'[    2.58] RAX: 0\n'.repeat(50)}`;
    expect(
      recognise(`${more}[    2.59] Kernel panic - not syncing: Fatal exception\n`, more.length)?.line,
    ).toBe(
      '[    2.58] BUG: kernel NULL pointer dereference, address: 0000000000000008; [    2.59] Kernel panic - not syncing: Fatal exception',
    );
  });

  test.each([
    ['Attempted to kill init! exitcode=0x00000300', 'ended with exit code 3'],
    ['Attempted to kill init! exitcode=0x0000000b', 'ended by signal 11'],
    ['VFS: Unable to mount root fs on unknown-block(0,0)', 'no initrd that it can use'],
    ['No working init found.', 'found no init to start'],
    ['Fatal exception in interrupt', 'a fault of its own'],
    ['sysrq triggered crash', 'the kernel panicked'],
  ])('a panic says what it is about: %s', (why, message) => {
    expect(recognise(panic(why))?.message).toContain(message);
  });

  test('too little memory is the cause of what comes of it', () => {
    const grub = `${entry}error: out of memory.\n${kernel}[    2.5] Kernel panic - not syncing: VFS: Unable to mount root fs\n`;
    expect(recognise(grub)).toMatchObject({ failure: 'out-of-memory', line: 'error: out of memory.' });
    const killed = `${kernel}[    3.1] Out of memory: Killed process 71 (qjs) total-vm:9000kB\n`;
    expect(recognise(killed), 'no failure by itself').toBeUndefined();
    expect(shortOfMemory(killed)?.failure).toBe('out-of-memory');
    const failed = `${killed}[    5.1] diskbios: the supervisor fails again and again\n`;
    expect(recognise(failed)?.failure).toBe('out-of-memory');
  });

  test('services are looked for by themselves', () => {
    expect(serviceFailure(panic('VFS'))).toBeUndefined();
    expect(serviceFailure('diskbios: service web failed to start: exit code 1\n')).toMatchObject({
      message: 'the service web did not start',
    });
    expect(
      serviceFailure('diskbios: service web failed to start: exit co'),
      'not yet complete',
    ).toBeUndefined();
    expect(serviceFailure('DISKBIOS-READY mode=live up=5.31\n')).toBeUndefined();
  });
});

describe('no sign of failure', () => {
  test.each([
    ['a boot loader that goes on', 'GNU GRUB\nerror: no suitable video mode found.\nBooting in blind mode\n'],
    ['an entry that tries one disk after the other', `${entry}error: invalid signature.\nStarting (hd1)\n`],
    [
      'a service that logs such words',
      `${kernel}web: error: file not found\nerror: file '/srv/x' not found.\n`,
    ],
    [
      "another system's boot loader, in a log",
      `${kernel}# cat log\nError: grub rescue>\ngrub> \nNo bootable device.\n`,
    ],
    [
      'the log of an earlier boot',
      `${kernel}# cat old\nNov 21 13:11 box kernel: [ 2.1] Kernel panic - not syncing: VFS\n`,
    ],
    ['a quoted line', `${kernel}web: last boot ended with "Kernel panic - not syncing: VFS"\n`],
    ['a documentation', `${kernel}# cat notes\nA line such as "diskbios: early init: …" names the point.\n`],
    [
      'a kernel that names its OOM handling',
      `${kernel}[    0.1] mem auto-init: stack:all(zero), out of memory: none\n`,
    ],
    [
      'the firmware looking through its devices',
      'BdsDxe: failed to load Boot0001 "UEFI PXE": Not Found\nBdsDxe: loading Boot0002\n',
    ],
  ])('%s', (_, text) => {
    expect(recognise(text)).toBeUndefined();
  });

  test('firmware that asks the network, where it is to start from there; that it found nothing is a sign even so', () => {
    const asks = '>>Start PXE over IPv4.\n';
    expect(recognise(asks)?.failure).toBe('no-boot-medium');
    expect(recognise(asks, 0, true)).toBeUndefined();
    const nothing = 'BdsDxe: No bootable option or device was found.\n';
    expect(recognise(asks + nothing, 0, true)?.failure).toBe('no-boot-medium');
  });

  // Each with a login, dmesg, logread, words of error printed on purpose, a reboot and a power-off; recorded on a busy
  // computer, so that some kernel lines are damaged.
  test.each(['minimal', 'cloudbios', 'diskbios'])('a whole healthy log: %s', (name) => {
    const file = join(packageRoot(), 'test', 'fixtures', 'serial', `healthy-${name}.log.gz`);
    const text = plainTexter()(gunzipSync(readFileSync(file)).toString());
    expect(text).toContain('error: file not found');
    expect(text.match(/DISKBIOS-READY/g)?.length).toBeGreaterThanOrEqual(2);
    const boots = text.split(/^(?=.*GNU GRUB)/m);
    for (const boot of boots) {
      for (let end = 0; end < boot.length + 97; end += 97) {
        expect(recognise(boot.slice(0, end)), boot.slice(Math.max(0, end - 300), end)).toBeUndefined();
      }
    }
    expect(recognise(text)).toBeUndefined();
  });
});

describe('the error', () => {
  test('names the failure, what to do and the last lines', () => {
    const finding = { failure: 'hang', message: 'it said nothing', line: '' } as const;
    const error = new BootError(finding, ['last words'], 'qemu …');
    expect(error).toMatchObject({ code: 'hang', failure: 'hang', command: 'qemu …', advice: advice.hang });
    expect(error.hint).toContain('last words');
    expect(error.hint).toContain(advice.hang);
    expect(new BootError(finding, [], '').hint).toContain('nothing on the serial console');
  });

  test('there is advice for each name', () => {
    expect(Object.keys(advice).toSorted()).toEqual(bootFailures.toSorted());
  });
});
