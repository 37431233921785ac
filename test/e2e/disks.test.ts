import { mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Attachment, Firmware } from '../../src/base/machine.ts';
import { packageRoot } from '../../src/base/package-root.ts';
import { type Agent, connectAgent } from '../../src/boot/agent.ts';
import { findProgram, run } from '../../src/sys/run.ts';
import { bootGuest, passMenu, waitForReady } from '../helpers/boot.ts';
import { environment, partition, reader, tryOtherSlot } from '../helpers/boot-disk.ts';
import { asPlainUser, giveToPlainUser } from '../helpers/plain-user.ts';

/** A stick as PCs have it, larger than the image that is written to it. */
const { dir, cache, recipes, tools } = inject('fixture');
const out = join(dir, 'disks');
const stick = join(out, 'diskbios-agent.img');
const stickBytes = 2 * 1024 ** 3;

beforeAll(async () => {
  mkdirSync(out);
  giveToPlainUser(out);
  const argv = ['build', '--with-agent', join(recipes, 'diskbios.yaml'), '--medium', 'usb', '-o', out];
  const cli = join(packageRoot(), 'dist', 'diskbios.js');
  const env = { HOME: dir, XDG_CACHE_HOME: cache };
  const { code, err } = await asPlainUser([process.execPath, cli, ...argv], { cwd: dir, env });
  expect(code, err).toBe(0);
  truncateSync(stick, stickBytes);
});

/** Boots the stick, which keeps what is written to it, and switches it off when `work` is done. */
async function withStick<T>(
  firmware: Firmware,
  as: Attachment,
  work: (sh: (command: string) => Promise<string>) => Promise<T>,
): Promise<T> {
  const drives = [{ file: stick, as, format: 'raw', writes: 'keep' }] as const;
  const memory = 768 * 1024 ** 2;
  const guest = await bootGuest({
    tools,
    name: `disks ${firmware} ${as}`,
    firmware,
    memory,
    drives,
    agent: true,
  });
  await passMenu(guest);
  await waitForReady(guest);
  const agent: Agent = await connectAgent(guest.folder.agent, guest.qmp, () => {
    guest.felt('its agent');
  });
  const result = await work(async (command) => {
    const { status, stdout, stderr } = await agent.run(command, { within: 120_000 });
    expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
    return stdout;
  });
  agent.close();
  await guest.pressPowerButton();
  await guest.waitForPowerOff();
  return result;
}

const mebibytes = "df -Pm /hd | awk 'NR == 2 { print $2 }'";
/** The MBR and all of the partition table but its copy. */
const table = (): Buffer => reader(stick)(0, 1024 ** 2);

async function check(): Promise<void> {
  if (findProgram('sfdisk') !== undefined)
    expect((await run(['sfdisk', '--verify', stick])).stdout).toContain('No errors detected');
  if (findProgram('sgdisk') !== undefined)
    expect((await run(['sgdisk', '--verify', stick])).stdout).toContain('No problems found');
  const { from } = partition(stick, 'DISKBIOS-DATA');
  if (findProgram('e2fsck') !== undefined) await run(['e2fsck', '-f', '-n', `${stick}?offset=${from}`]);
}

describe('a disk that is larger than its image', () => {
  test('grows at the first boot, keeps the slot on trial, and is the same after the second', async () => {
    tryOtherSlot(stick);
    const grown = await withStick('uefi', 'usb', async (sh) => {
      await sh(`until [ $(${mebibytes}) -gt 1500 ]; do sleep 0.5; done`);
      await sh('echo what matters >/hd/note; head -c 30000000 /dev/urandom >/hd/blob; sync');
      expect(await sh('systemx status')).toContain(
        'slot         b, kept: it was on trial, and all came up\n',
      );
      return [await sh(mebibytes), await sh('sha256sum /hd/blob')];
    });
    expect(partition(stick, 'DISKBIOS-DATA').to).toBe(stickBytes - 1024 ** 2);
    expect(environment(stick)).toEqual({ slot: 'b', slot_trial: '', slot_tries: '' });
    await check();

    const before = table();
    await withStick('bios', 'nvme', async (sh) => {
      expect([await sh(mebibytes), await sh('sha256sum /hd/blob')]).toEqual(grown);
      expect(await sh('cat /hd/note')).toBe('what matters\n');
      expect(await sh('systemx status')).toContain('slot         b\n');
      expect(await sh("logread | grep -c 'grown\\|boot disk' || :")).toBe('0\n');
    });
    expect(table().equals(before)).toBe(true);
    await check();
  });
});
