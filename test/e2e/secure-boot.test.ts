import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { makeEfiStick } from '../../src/boot/efi-stick.ts';
import type { Guest } from '../../src/boot/guest.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { writeUefiVariables } from '../../src/boot/uefi-variables.ts';
import { personalize } from '../../src/image/personalize.ts';
import { run } from '../../src/sys/run.ts';
import { type BootRequest, bootGuest, medium, waitForReady } from '../helpers/boot.ts';
import { makeBootKey } from '../helpers/boot-key.ts';
import { asPlainUser, giveToPlainUser } from '../helpers/plain-user.ts';
import { logIn, oneTimePassword } from '../helpers/serial-shell.ts';

/** Machines whose firmware has Secure Boot on: with Microsoft's keys, or with one key of our own. */
const { dir, cache, recipes, images, tools } = inject('fixture');
const certificate = join(recipes, 'own.crt');
const qemu = qemuFromTree(tools);
type Drives = NonNullable<BootRequest['drives']>;

/** Both start at once: what a menu draws meanwhile is not of interest here. */
const debian = `name: debian
extends: minimal
kernel: { modules: { include: [efivarfs] } }
boot: { timeout: 0, first-disk: false }
media: !replace { iso: {} }
tests: !replace []
`;
const own = `name: own
extends: minimal
kernel: { modules: { include: [efivarfs] } }
boot: { timeout: 0, first-disk: false, secure: { key: own.key, certificate: own.crt } }
media: !replace { usb: {}, uki: {} }
tests: !replace []
`;

beforeAll(async () => {
  const { key, certificate: text } = makeBootKey('diskbios test');
  const lock = readFileSync(join(recipes, 'minimal.lock.json'));
  const files = {
    ...{ 'debian.yaml': debian, 'debian.lock.json': lock, 'own.yaml': own, 'own.lock.json': lock },
    ...{ 'own.key': key, 'own.crt': text },
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(recipes, name), content, { mode: 0o600 });
    giveToPlainUser(join(recipes, name));
  }
  const cli = join(packageRoot(), 'dist', 'diskbios.js');
  const built = ['debian', 'own'].map((name) => join(recipes, `${name}.yaml`));
  const { code, err } = await asPlainUser([process.execPath, cli, 'build', ...built, '-o', images], {
    cwd: dir,
    env: { HOME: dir, XDG_CACHE_HOME: cache },
  });
  expect(code, err).toBe(0);
});

/** Where a text is in an image, in bytes. */
function placeIn(image: string, text: string): number {
  const at = readFileSync(image).indexOf(text);
  expect(at, `there is no ${text} in ${image}`).toBeGreaterThan(-1);
  return at;
}

/** A copy of an image with personal settings. */
function personal(image: string, name: string): string {
  const copy = join(dir, name);
  copyFileSync(image, copy);
  personalize(copy, { settings: { hostname: 'personal' } });
  return copy;
}

/** A copy of an image with one bit of one byte changed. */
function changed(image: string, name: string, at: number): string {
  const copy = join(dir, name);
  copyFileSync(image, copy);
  const bytes = readFileSync(copy);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(copy, bytes);
  return copy;
}

/** A stick with a program for UEFI, and nothing else. */
async function stick(program: string, name: string): Promise<Drives[number]> {
  const make = async (argv: readonly string[], { env = {} }: { env?: Record<string, string> } = {}) =>
    (await run(argv, { env })).stdout;
  const image = await makeEfiStick(program, join(dir, `${name}.img`), { tools: qemu, make });
  return medium(image, 'usb');
}

function boot(name: string, keys: 'microsoft' | 'own', ...drives: Drives): Promise<Guest> {
  const uefiVars = keys === 'own' ? join(dir, `${name.replaceAll(' ', '-')}.fd`) : undefined;
  const firmware = 'uefi-secure';
  if (uefiVars !== undefined) writeUefiVariables(uefiVars, qemu.uefi, { firmware, certificate });
  return bootGuest({ tools, name: `secure ${name}`, firmware, cpus: 1, drives, uefiVars });
}

/** The firmware says no to its first drive, and goes on to the next. */
async function passesOver(guest: Guest): Promise<void> {
  await guest.waitFor(/failed to load Boot\w+ .*: Access Denied/, { despite: ['secure-boot-refused'] });
  await guest.waitFor(/BdsDxe: starting Boot/, { despite: ['secure-boot-refused'] });
}

/** Waits for READY, logs in, and has the machine itself say that Secure Boot is on. */
async function startsSecurely(guest: Guest) {
  await guest.waitFor(/DISKBIOS-READY /);
  const shell = await logIn(guest, await oneTimePassword(guest));
  expect(await shell.output("dmesg | grep -c 'locked down from EFI Secure Boot'")).toMatch(/^[1-9]/);
  // A module of the kernel's: only those that Debian signed are let in.
  await shell.output('modprobe efivarfs && mount -t efivarfs efivarfs /sys/firmware/efi/efivars');
  const variable = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
  expect(await shell.output(`od -An -tu1 ${variable}`)).toMatch(/\b1$/);
  return shell;
}

async function isRefused(guest: Guest, words: string): Promise<void> {
  const error: unknown = await waitForReady(guest).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    failure: 'secure-boot-refused',
    line: expect.stringContaining(words) as string,
  });
}

describe('signed by Debian', () => {
  const iso = join(images, 'debian.iso');

  test('starts where only Microsoft’s keys are known, with personal settings; a program signed by another key does not', async () => {
    const strange = await stick(join(images, 'own.efi'), 'strange');
    const guest = await boot('debian', 'microsoft', strange, medium(personal(iso, 'personal.iso'), 'cd'));
    await passesOver(guest);
    const shell = await startsSecurely(guest);
    expect(await shell.output('hostname')).toBe('personal');
  });

  test('a kernel with one byte changed is refused', async () => {
    // Well inside its code, behind the header that GRUB looks at.
    const copy = changed(iso, 'changed-kernel.iso', placeIn(iso, 'HdrS') + 100_000);
    await isRefused(await boot('changed kernel', 'microsoft', medium(copy, 'cd')), 'bad shim signature');
  });

  test('without Secure Boot it hands over to the loader that is not signed', async () => {
    const drives = [medium(iso, 'cd')];
    const guest = await bootGuest({ tools, name: 'secure off', firmware: 'uefi', cpus: 1, drives });
    await guest.waitFor(/File\(diskbios\.efi\)/);
    await guest.waitFor('Linux version');
  });
});

describe('signed by a key of one’s own', () => {
  const disk = join(images, 'own.img');
  const program = join(images, 'own.efi');

  test('the program starts; with one byte of its initrd changed it does not', async () => {
    const bad = changed(program, 'changed.efi', placeIn(program, 'diskbios: early init'));
    const drives = [await stick(bad, 'changed'), await stick(program, 'own')];
    const guest = await boot('own program', 'own', ...drives);
    await passesOver(guest);
    await startsSecurely(guest);
  });

  test('the disk starts; when the running machine has changed its menu it does not any more', async () => {
    // Nobody has signed such settings: they change nothing.
    const image = personal(disk, 'personal-own.img');
    const guest = await boot('own disk', 'own', medium(image, 'virtio'));
    const shell = await startsSecurely(guest);
    expect(await shell.output('hostname')).not.toBe('personal');
    const at = placeIn(image, '# Made by diskbios from the recipe of');
    await shell.output(`echo x | dd of=/dev/vda bs=1 count=1 seek=${at} conv=notrunc && sync`);
    guest.serial.send('reboot -f\r');
    await isRefused(guest, 'not as it was signed');
  });

  test('the disk with one byte of its initrd changed is refused', async () => {
    const copy = changed(disk, 'changed-initrd.img', placeIn(disk, 'diskbios: early init'));
    await isRefused(await boot('changed initrd', 'own', medium(copy, 'virtio')), 'bad signature');
  });
});
