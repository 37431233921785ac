import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import type { Machine } from '../../src/boot/machine.ts';
import { startedKernel } from '../../src/image/kernel.ts';
import { sha256Of } from '../helpers/builder.ts';
import { bySsh, disk, powerOn, usingMachine } from '../helpers/machine.ts';
import { asPlainUser, type Ended, giveToPlainUser } from '../helpers/plain-user.ts';
import { logIn, oneTimePassword } from '../helpers/serial-shell.ts';
import { ssh } from '../helpers/ssh.ts';

const { dir, images, key, tools } = inject('fixture');
const keyed = join(images, 'keyed.iso');
/** Started without a boot loader, which has no part in this; the image is one of the disks. */
const kernel = startedKernel(keyed);

/** The output of a command by SSH, whatever its exit code. */
async function said(machine: Machine, command: string): Promise<string> {
  const answer = await bySsh(machine, tools, key, `( ${command} ) 2>&1`);
  if (answer.how !== 'ran') throw new Error(`${command}: ${answer.how}: ${answer.message}`);
  return answer.stdout.trim();
}

/** A shell function that tells a disk's device by its serial number; AHCI's is in none of these files. */
const named = [
  'disk() {',
  '  for f in /sys/block/*/serial /sys/block/*/device/serial; do',
  '    b=${f#/sys/block/}; grep -qsw "$1" $f && echo /dev/${b%%/*}',
  '  done',
  '  [ "$1" = worn ] && echo /dev/sda; true',
  '}',
].join('\n');
/** Reads a sector, and with it those beside it that are in one page. */
const read = (disk: string, sector: number): string =>
  `dd if=$(disk ${disk}) of=/dev/null bs=512 count=1 skip=${sector}`;
/** Writes past the guest's cache to the disk that a command names. */
const write = (disk: string): string =>
  `dd if=/dev/zero of=$(${disk}) bs=4096 count=1 seek=7 oflag=direct conv=fsync`;

/** Runs the lines that repeat a boot as a person would, until the console says something. */
function repeated(lines: string, awaited: string): Promise<Ended> {
  let said = '';
  const folder = mkdtempSync(join(dir, 'by-hand-'));
  giveToPlainUser(folder);
  // The last line takes the place of the shell, so that its process is the one to end.
  const script = `set -e\n${lines.replace(/\n([^\n]*)$/, '\nexec env $1')}`;
  return asPlainUser(['bash', '-c', script], {
    env: { TMPDIR: folder },
    timeout: 120_000,
    onText: (text, { pid }) => {
      said += text;
      if (said.includes(awaited)) process.kill(pid, 'SIGKILL');
    },
  });
}

describe('disks, seen from inside', () => {
  const files = join(dir, 'files');
  mkdirSync(files, { recursive: true });
  writeFileSync(join(files, 'note.txt'), 'a note\n');
  const filesystem = { type: 'ext4', label: 'data', files, full: false } as const;
  const fault = { on: 'read', error: 'io', sector: undefined, once: false } as const;

  test('formatted, full and failing ones are what was asked for; some come and go; all outlast a power cut', async () => {
    const disks = {
      files: disk({ filesystem }),
      full: disk({ filesystem: { ...filesystem, full: true } }),
      fat: disk({ filesystem: { ...filesystem, type: 'vfat', label: 'FATTY' } }),
      scratched: disk({ fault: { ...fault, sector: 8000 } }),
      once: disk({ fault: { ...fault, on: 'write', once: true } }),
      worn: disk({ bus: 'ahci', fault: { ...fault, on: 'write' } }),
      forgetful: disk({ bus: 'nvme', fault: { ...fault, on: 'flush' } }),
      locked: disk({ readOnly: true }),
      later: disk({ bus: 'nvme', plugged: false }),
    };
    const before = sha256Of(keyed);
    await usingMachine({ name: 'disks', tools, boots: [keyed, 'virtio'], kernel, disks }, async (machine) => {
      const inGuest = (command: string): Promise<string> => said(machine, `${named}\n${command}`);
      const mounted = (disk: string, work: string, type = 'ext4'): Promise<string> =>
        inGuest(`mount -t ${type} $(disk ${disk}) /mnt && ${work}; umount /mnt`);
      await powerOn(machine);
      expect(await mounted('files', 'cat /mnt/note.txt')).toBe('a note');
      const full = await mounted('full', 'cat /mnt/note.txt && echo x >/mnt/x');
      expect(full).toMatch(/^a note\n.*No space left on device$/);
      expect(await mounted('fat', 'cat /mnt/note.txt', 'vfat')).toBe('a note');
      expect(await inGuest('dd if=$(disk fat) bs=1 skip=43 count=5')).toContain('FATTY');

      expect(await inGuest(read('scratched', 8000))).toContain('Input/output error');
      expect(await inGuest(read('scratched', 8008))).not.toContain('error');
      expect(await inGuest(write('disk once'))).toContain('Input/output error');
      expect(await inGuest(write('disk once'))).not.toContain('error');
      expect(await inGuest(write('disk worn'))).toContain('Input/output error');
      expect(await inGuest('dd if=$(disk worn) of=/dev/null bs=64k')).not.toContain('error');
      expect(await inGuest(write('disk forgetful'))).toMatch(/No data available|Input.output error/);
      expect(await inGuest(write('disk locked'))).toMatch(/Operation not permitted|Read-only/);

      await machine.plug('later');
      const there =
        'for i in 1 2 3 4 5 6 7 8 9 10; do [ -b "$(disk later)" ] && break; sleep 1; done; disk later';
      expect(await inGuest(there)).toMatch(/^\/dev\/nvme\dn1$/);
      await inGuest('echo kept >$(disk later); echo kept >$(disk files); sync');
      await machine.unplug('files');
      expect(await inGuest('disk files')).toBe('');
      await expect(machine.unplug('worn')).rejects.toThrow(
        'cannot be plugged in or out while a machine runs',
      );

      await inGuest('dd if=/dev/urandom of=$(disk image) bs=512 seek=64 count=1 conv=fsync');
      const changed = await inGuest('sha256sum <$(disk image)');
      expect(changed).not.toContain(before);
      await machine.cutPower();
      expect(machine.isOn()).toBe(false);
      expect(machine.lastExit()).toBeLessThanOrEqual(performance.now());
      await machine.plug('files');
      await powerOn(machine);
      expect(await inGuest('head -c 4 $(disk later); head -c 4 $(disk files)')).toBe('keptkept');
      expect(await inGuest('sha256sum <$(disk image)')).toBe(changed);
    });
    expect(sha256Of(keyed), 'the image itself is never written to').toBe(before);
  });

  test('a stick that is full says so; sticks come and go; by hand it is the same boot', async () => {
    const disks = {
      full: disk({ bus: 'usb', fault: { ...fault, on: 'write', error: 'no-space' } }),
      stick: disk({ bus: 'usb', plugged: false }),
    };
    const request = { name: 'sticks', tools, boots: [join(images, 'diskbios.iso'), 'usb'], disks } as const;
    const lines = await usingMachine(request, async (machine) => {
      const guest = await powerOn(machine);
      const password = await oneTimePassword(guest);
      const shell = await logIn(guest, password);
      expect(await shell.output('readlink /proc/1/exe; hostname')).toMatch(/\/busybox\ndiskbios$/);
      const overNetwork = await ssh(
        { tools, port: machine.sshPort ?? 0, key: undefined, password },
        'id -un',
      );
      expect(overNetwork.err, 'the one-time password counts nowhere else').toMatch(/^key-refused/);
      expect(overNetwork.out).toBe('');
      const disksThere = 'ls /sys/block | grep ^sd | wc -l';
      const settled = (count: number): string =>
        `for i in 1 2 3 4 5 6 7 8 9 10; do [ "$(${disksThere})" = ${count} ] && break; sleep 1; done; ${disksThere}`;
      expect(await shell.output(settled(2))).toBe('2');
      await shell.output('full() { echo /dev/$(grep -lx 131072 /sys/block/sd*/size | cut -d/ -f4); }');
      expect((await shell.run(write('full'))).output).toContain('No space left on device');
      await machine.plug('stick');
      expect(await shell.output(settled(3))).toBe('3');
      await machine.unplug('stick');
      expect(await shell.output(settled(2))).toBe('2');
      return machine.repeatByHand();
    });
    const byHand = await repeated(lines, 'GNU GRUB');
    expect(byHand.err).toBe('');
    expect(byHand.out).toContain('GNU GRUB');
  });
});

test('UEFI variables outlast a power cut', async () => {
  const variable = '/sys/firmware/efi/efivars/DiskbiosTest-6b3c8a52-4f0e-4d8a-9a59-0d2f1c7e5b11';
  const mount = 'modprobe efivarfs; mount -t efivarfs none /sys/firmware/efi/efivars';
  await usingMachine(
    { name: 'uefi-vars', tools, boots: [keyed, 'virtio'], kernel, firmware: 'uefi' },
    async (machine) => {
      await powerOn(machine);
      expect(
        await said(machine, `${mount}; printf '\\007\\000\\000\\000kept' >${variable} && echo done`),
      ).toContain('done');
      await machine.cutPower();
      await powerOn(machine);
      expect(await said(machine, `${mount}; tail -c 4 ${variable}`)).toContain('kept');
    },
  );
});
