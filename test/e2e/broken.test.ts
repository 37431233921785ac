import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { readyPattern } from '../../src/base/console-lines.ts';
import { trackBootTimes } from '../../src/boot/boot-times.ts';
import { BootError, type BootFailure } from '../../src/boot/failures.ts';
import { type Guest, withGuest } from '../../src/boot/guest.ts';
import type { GuestRequest } from '../../src/boot/launch.ts';
import { chooseEntry } from '../../src/boot/menu.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { type BootRequest, bootGuest, kernelOf, medium, waitForReady } from '../helpers/boot.ts';
import { buildVariants, cutOff, emptyDisk, initScript, spoiled } from '../helpers/broken-images.ts';
import { atMost } from '../helpers/side-by-side.ts';

const fixture = inject('fixture');
const { dir, images, tools } = fixture;
const variant = (name: string): string => join(images, `${name}.iso`);
/** The minimal image, whose menu does not wait. */
const sound = variant('sound');
const cd = (file: string) => ({ drives: [medium(file, 'cd')] });
/** What goes wrong is nothing of the boot loader's. */
const started = async (file: string) => ({ kernel: await kernelOf(file) });
const uefi = { firmware: 'uefi' } as const;
const mebibytes = (count: number) => ({ memory: count * 1024 ** 2 });
/** A copy of it with one text replaced. */
const spoil = (name: string, from: string, to: string): string =>
  spoiled(sound, join(dir, `${name}.iso`), from, to);

/** As it stands in the folder of the ISO (Rock Ridge), not in the boot loader, which asks for it. */
const configName = '\0grub.cfg';

/** Recipes that are wrong on purpose, by name. */
const variants = {
  'services-fail': `pe:
  services:
    gone: { run: [/usr/bin/nothere, -f] }
    again: { run: [/bin/sh, -c, "echo error: file not found; exit 3"] }
    once: { run: [/bin/false], restart: never }
`,
  'supervisor-throws': `pe:\n  files:\n    - { path: /usr/lib/diskbios/supervisor.js, content: "throw new Error('broken on purpose')\\n" }\n`,
  'supervisor-missing': `pe:\n  files:\n    - { path: /usr/lib/diskbios/supervise, content: "no program\\n", mode: "0644" }\n`,
  'panic-later':
    'pe:\n  services:\n    crash: { run: [/bin/sh, -c, "until [ -e /run/diskbios/ready ]; do sleep 1; done; sleep 1; echo c >/proc/sysrq-trigger"] }\n',
  'init-exits': initScript('exit 3'),
  'init-exits-unheard': `${initScript('exit 4').trimEnd()}\nboot:\n  consoles: [tty0]\n`,
  'init-writes': initScript(
    'modprobe -a virtio_pci virtio_blk',
    'while [ ! -b /dev/vda ]; do sleep 1; done',
    'echo x >/dev/vda; sync; exec sleep 1000000',
  ),
  'init-reboots': initScript('reboot -f'),
  'init-powers-off': initScript('poweroff -f'),
  'init-falls-silent': initScript(
    'modprobe -a ahci sr_mod',
    'while [ ! -b /dev/sr0 ]; do sleep 1; done',
    'echo it reads >/dev/ttyS0',
    // A line on the serial console ends each part: how long a test waits depends on the machine.
    'block=0; while ! read -t 1 line </dev/ttyS0; do block=$((block + 1))',
    '  dd if=/dev/sr0 of=/dev/null bs=64k count=1 skip=$((block * 16)) 2>/dev/null',
    'done',
    'echo it draws >/dev/ttyS0',
    'while ! read -t 1 line </dev/ttyS0; do block=$((block + 1)); echo "line $block" >/dev/tty0; done',
    'echo it sleeps >/dev/ttyS0',
    'exec sleep 1000000',
  ),
};

type Request = Omit<BootRequest, 'tools' | 'name'>;

/** Two machines at a time: more would slow each other down on two cores. */
const turn = atMost(2);

/** Boots what must not boot; gives how that failed. `work`: what is awaited of it, unless that is READY. */
function failureOf(
  name: string,
  request: Request,
  work: (guest: Guest) => Promise<unknown> = waitForReady,
): Promise<BootError> {
  return turn(async () => {
    let end = (): Promise<void> => Promise.resolve();
    const scope = (stop: () => Promise<void>): void => void (end = stop);
    try {
      await work(await bootGuest({ tools, name: `broken-${name}`, ...request }, scope));
    } catch (error) {
      if (error instanceof BootError) return error;
      throw error;
    } finally {
      await end().catch(() => undefined);
    }
    throw new Error('the broken image booted');
  });
}

interface Case {
  readonly failure: BootFailure;
  readonly request: () => Request | Promise<Request>;
  /** What the message or the line that gave it away says. */
  readonly says: RegExp;
  readonly work?: (guest: Guest) => Promise<unknown>;
}

const cases: Readonly<Record<string, Case>> = {
  'no medium, on BIOS': { failure: 'no-boot-medium', request: () => ({}), says: /bootable device|boot disk/ },
  'no medium, on UEFI': { failure: 'no-boot-medium', request: () => uefi, says: /BdsDxe|PXE/ },
  'an empty disk': {
    failure: 'no-boot-medium',
    request: () => ({ drives: [medium(emptyDisk(join(dir, 'empty.img'), 8 * 1024 ** 2), 'virtio')] }),
    says: /bootable|boot disk/,
  },
  'an image cut off before its boot loader, on UEFI': {
    failure: 'no-boot-medium',
    request: () => ({ ...uefi, ...cd(cutOff(sound, join(dir, 'stub.iso'), 100 * 1024)) }),
    says: /BdsDxe|PXE|UEFI Interactive Shell/,
  },
  'an image cut off within its layers': {
    failure: 'early-init-failed',
    request: () => cd(cutOff(sound, join(dir, 'layers.iso'), 20 * 1024 ** 2)),
    says: /diskbios: early init: cannot put the root file system together/,
  },
  'a boot loader that lacks a part, on UEFI': {
    failure: 'grub-rescue',
    request: () => ({ ...uefi, ...cd(spoil('rescue', '\0normal\0Exit from', '\0nomoer\0Exit from')) }),
    says: /grub rescue>/,
  },
  'a menu entry whose kernel is not there': {
    failure: 'boot-entry-broken',
    request: () => cd(spoil('entry', 'linux /boot/vmlinuz', 'linux /boot/missing')),
    says: /file `\/boot\/missing' not found/,
  },
  'a menu entry whose kernel is not there, on UEFI': {
    failure: 'boot-entry-broken',
    request: () => ({ ...uefi, ...cd(spoil('entry-uefi', 'linux /boot/vmlinuz', 'linux /boot/missing')) }),
    says: /file `\/boot\/missing' not found/,
  },
  'a boot loader that lacks its configuration': {
    failure: 'grub-shell',
    request: () => cd(spoil('menu', configName, '\0grub.xyz')),
    says: /grub>/,
  },
  'a boot loader that lacks its configuration, on UEFI': {
    failure: 'grub-shell',
    request: () => ({ ...uefi, ...cd(spoil('menu-uefi', configName, '\0grub.xyz')) }),
    says: /grub>/,
  },
  'a title that is not in the menu': {
    failure: 'menu-entry-missing',
    request: () => cd(join(images, 'minimal.iso')),
    says: /Memory test/,
    work: (guest) => chooseEntry(guest, 'Memory test', { by: 'serial' }),
  },
  'too little memory for the kernel': {
    failure: 'out-of-memory',
    request: () => ({ ...mebibytes(64), ...cd(sound) }),
    says: /out of memory/,
  },
  'too little memory for the initrd': {
    failure: 'out-of-memory',
    request: () => ({ ...mebibytes(96), ...cd(sound) }),
    says: /out of memory/,
  },
  'too little memory to unpack the initrd': {
    failure: 'out-of-memory',
    request: () => ({ ...mebibytes(160), ...cd(join(images, 'diskbios.iso')) }),
    says: /unpacking failed/,
  },
  'too little memory, on UEFI': {
    failure: 'out-of-memory',
    request: () => ({ ...uefi, ...mebibytes(96), ...cd(sound) }),
    says: /memory|0x8000000000000009/,
  },
  'an initrd whose init is not there': {
    failure: 'kernel-panic',
    request: () => started(spoil('init', 'diskbios.mode=live', 'rdinit=/missingxyz')),
    says: /no initrd that it can use.*Unable to mount root fs/,
  },
  'an init that ends': {
    failure: 'kernel-panic',
    request: () => started(variant('init-exits')),
    says: /ended with exit code 3.*Attempted to kill init/,
  },
  'an init that ends, told on a UEFI screen only': {
    failure: 'kernel-panic',
    request: () => ({ ...uefi, ...cd(variant('init-exits-unheard')) }),
    says: /ended with exit code 4.*Attempted to kill init/,
  },
  'a root file system that is damaged, told on the serial console though it is not the last one': {
    failure: 'early-init-failed',
    request: () => started(spoiled(join(images, 'diskbios.iso'), join(dir, 'livefs-pc.iso'), 'hsqs', 'nope')),
    says: /diskbios: early init: the kernel refuses the module 01-squashfs/,
  },
  'a supervisor that throws': {
    failure: 'supervisor-failed',
    request: () => started(variant('supervisor-throws')),
    says: /the supervisor failed: .*broken on purpose/,
  },
  'a supervisor that cannot be started': {
    failure: 'supervisor-failed',
    request: () => started(variant('supervisor-missing')),
    says: /can't run '\/usr\/lib\/diskbios\/supervise'/,
  },
  'an init that reboots': {
    failure: 'reboot-loop',
    request: () => started(variant('init-reboots')),
    says: /reset itself 3 times.*reboot: machine restart|Restarting system/,
  },
  'an init that switches the machine off': {
    failure: 'guest-ended',
    request: () => started(variant('init-powers-off')),
    says: /switched itself off; awaited was/,
  },
  'a QEMU that refuses its arguments': {
    failure: 'qemu-failed',
    // The pinned QEMU has no windows.
    request: () => ({ display: 'gtk' }),
    says: /QEMU did not start: .*gtk/,
  },
  'a computer without room for what the machine writes': {
    failure: 'qemu-failed',
    request: async () => {
      const rules = join(dir, 'no-space.cfg');
      writeFileSync(rules, '[inject-error]\nevent = "write_aio"\nerrno = "28"\n');
      const disk = `blkdebug:${rules}:${emptyDisk(join(dir, 'full.img'), 8 * 1024 ** 2)}`;
      const drive = { file: disk, as: 'virtio', format: 'raw', writes: 'keep', boot: 'never' } as const;
      return { ...(await started(variant('init-writes'))), drives: [drive] };
    },
    says: /QEMU stopped it: io-error/,
  },
  'a QEMU that crashes': {
    failure: 'qemu-failed',
    request: () => ({}),
    says: /QEMU was ended by SIGSEGV/,
    work: (guest) => {
      process.kill(guest.pid, 'SIGSEGV');
      return waitForReady(guest);
    },
  },
};

beforeAll(() => buildVariants(fixture, variants));

describe('a machine that does not boot says why', () => {
  test.concurrent.each(Object.entries(cases))('%s', async (name, { failure, request, says, work }) => {
    const error = await failureOf(name.replaceAll(/\W+/g, '-'), await request(), work);
    expect(`${error.failure}: ${error.message}`).toMatch(new RegExp(`^${failure}: `));
    expect(error.message).toMatch(says);
    expect(error.advice).not.toBe('');
    expect(error.command).toContain('qemu-system-x86_64');
  });

  test.concurrent('a panic is told soon after its line, also while something else goes on', async () => {
    let [heard, told] = [0, Infinity];
    const error = await failureOf('panic-later', cd(variant('panic-later')), async (guest) => {
      const times = trackBootTimes(guest);
      guest.serial.onText(() => {
        if (heard === 0 && /Kernel panic/.test(guest.serial.text())) heard = performance.now();
      });
      await waitForReady(guest);
      const { grub = -1, kernel = -1, init = -1, ready = -1 } = times.boots()[0] ?? {};
      expect(grub).toBeGreaterThan(0);
      expect([grub, kernel, init, ready], 'in this order').toEqual(
        [grub, kernel, init, ready].toSorted((a, b) => a - b),
      );
      expect(await guest.during('some work', Promise.resolve('done'))).toBe('done');
      await expect(guest.during('bad work', Promise.reject(new Error('bad')))).rejects.toThrow('bad');
      await guest.during('a command that never ends', new Promise(() => undefined)).finally(() => {
        told = performance.now();
      });
    });
    // Long before silence would tell of it.
    expect(told - heard).toBeLessThan(20_000);
    expect(error).toMatchObject({ failure: 'kernel-panic' });
    expect(error.line).toContain('sysrq triggered crash');
    expect(error.lastLines.join('\n')).toContain('Rebooting in');
  });

  test.concurrent('services that did not start; READY comes all the same, and names them', async () => {
    const error = await failureOf('services-fail', await started(variant('services-fail')), async (guest) => {
      const started = guest.waitFor(readyPattern);
      await expect(started).rejects.toMatchObject({
        failure: 'service-failed',
        message: expect.stringMatching(/^the service (?:gone|once|again) did not start: /) as string,
      });
      const { groups } = await guest.waitFor(readyPattern, { despite: ['service-failed'] });
      expect(groups[3]?.split(',').toSorted()).toEqual(['again', 'gone', 'once']);
      const said = guest.serial.text();
      expect(said).toContain('service gone failed to start: exit code 127 (/usr/bin/nothere: not found)\n');
      expect(said).toContain('service again failed to start: exit code 3 (error: file not found)\n');
      expect(said).toContain('service once failed to start: exit code 1\n');
      process.kill(guest.pid, 'SIGTERM');
      await guest.waitFor('never said');
    });
    expect(error, 'ended from outside is not failed').toMatchObject({ failure: 'guest-ended' });
  });

  test.concurrent('a hang is silence on every channel: who reads a disk or draws on the screen is slow', async () => {
    const image = variant('init-falls-silent');
    const silent = {
      ...(await started(image)),
      drives: [{ ...medium(image, 'cd'), boot: 'never' }],
    } as const;
    const error = await failureOf('silent', silent, async (guest) => {
      for (const [word, channel] of [
        ['it reads', 'its disks'],
        ['it draws', 'its screen'],
      ] as const) {
        await guest.waitFor(word);
        const waiting = guest.waitFor('never said', { silence: 3000, within: 4500 });
        await expect(waiting).rejects.toMatchObject({
          failure: 'too-slow',
          message: expect.stringContaining(`the last sign of life came from ${channel}`) as string,
        });
        guest.serial.send('\r');
      }
      await guest.waitFor('it sleeps');
      await guest.waitFor('never said', { silence: 3000 });
    });
    expect(error.failure).toBe('hang');
    expect(error.message).toMatch(/^the machine gave no sign of life for \d+ s; awaited was/);
  });
});

test('a QEMU that is not there, and one that ends at once', async () => {
  const there = qemuFromTree(tools);
  const request: GuestRequest = {
    ...{
      firmware: 'bios',
      accelerator: { kind: 'tcg', cpu: 'max' },
      ...mebibytes(64),
      cpus: 1,
      display: 'none',
    },
    ...{ drives: [], networks: [], uefiVars: undefined, kernel: undefined, usbInput: false, emptySlots: 0 },
  };
  const start = (...argv: string[]): Promise<unknown> =>
    withGuest({ ...there, argv: () => argv }, request, {}, () => Promise.resolve());
  await expect(start(join(dir, 'no-qemu'))).rejects.toMatchObject({
    failure: 'qemu-failed',
    line: expect.stringContaining('ENOENT') as string,
  });
  await expect(start('false')).rejects.toMatchObject({
    failure: 'qemu-failed',
    line: 'it ended with exit code 1',
  });
});
