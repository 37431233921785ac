import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { Firmware, MachineDisk } from '../../src/base/machine.ts';
import { handOverTitle } from '../../src/base/menu-titles.ts';
import { connectAgent } from '../../src/boot/agent.ts';
import { makeFilesystem } from '../../src/boot/filesystems.ts';
import type { Guest } from '../../src/boot/guest.ts';
import { type Machine, type MachineSpec, withMachine } from '../../src/boot/machine.ts';
import { chooseEntry } from '../../src/boot/menu.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { grubenvText } from '../../src/pe/lib/systems/grubenv.ts';
import { run } from '../../src/sys/run.ts';
import { acceleratorFor, bootGuest, passMenu, waitForReady } from '../helpers/boot.ts';
import { disk } from '../helpers/machine.ts';
import { makeRoots, rootsProblem } from '../helpers/roots.ts';
import { bootFiles, writeSystems } from '../helpers/takeover-systems.ts';

const { dir: fixture, images, tools: tree } = inject('fixture');
const tools = qemuFromTree(tree);
const iso = join(images, 'minimal-agent.iso');
const dir = join(fixture, 'takeover');
const files = join(dir, 'files');
const at = (name: string): string => join(dir, name);
const label = 'DISKBIOS-DATA';
const minute = 60_000;
const files0 = bootFiles(iso);

/** Makes a disk image for guests that do not keep what they write. */
async function image(name: string, folder: string, size: number): Promise<string> {
  await run(['truncate', '-s', String(size), at(name)]);
  const filesystem = { type: 'ext4', label, files: folder, full: false } as const;
  const make = async (argv: readonly string[], how?: { env?: Readonly<Record<string, string>> }) =>
    (await run(argv, how?.env === undefined ? {} : { env: how.env })).stdout;
  await makeFilesystem(at(name), filesystem, { tools, make });
  return at(name);
}

beforeAll(async () => {
  mkdirSync(files, { recursive: true });
  writeSystems(files, files0.busybox);
  writeFileSync(at('kernel'), files0.kernel);
  writeFileSync(at('initrd'), files0.initrd);
  await image('systems.img', files, 64 * 1024 ** 2);
});

/** Starts the PE without menu and boot loader. */
function bootDirectly(
  system: string,
  drive: string | undefined,
  { words = '', agent = false }: { readonly words?: string; readonly agent?: boolean } = {},
): Promise<Guest> {
  const drives = { as: 'virtio', format: 'raw', writes: 'discard', boot: 'never' } as const;
  return bootGuest({
    tools: tree,
    name: `takeover-${system}`,
    agent,
    drives: drive === undefined ? [] : [{ file: drive, ...drives }],
    kernel: {
      file: at('kernel'),
      initrd: at('initrd'),
      cmdline: `console=ttyS0 diskbios.mode=takeover diskbios.system=${system} ${words}`,
    },
  });
}

/** What the init of the system says that the machine was handed over to. */
async function waitForTarget(guest: Guest, name: string): Promise<string> {
  await guest.waitFor(new RegExp(`^TARGET name=${name} `, 'm'));
  const { before } = await guest.waitFor(`TARGET-DONE ${name}`);
  return before;
}

async function usingMachine(
  name: string,
  firmware: Firmware,
  data: Partial<MachineDisk> & { readonly files?: string },
  work: (machine: Machine) => Promise<void>,
): Promise<void> {
  const { kind, cpu, patience } = await acceleratorFor(tools, tree);
  const filesystem = { type: 'ext4', label, files: data.files ?? files, full: false } as const;
  const machine: MachineSpec = {
    ...{ name, index: 0, firmware, memory: 512 * 1024 ** 2, cpus: 1 },
    image: { file: iso, as: 'cd' },
    disks: { data: disk({ filesystem }) },
    networks: [{ kind: 'user' }],
  };
  await withMachine(tools, machine, { accelerator: { kind, cpu }, patience, agent: true }, work);
}

describe('by the kernel command line', () => {
  test('an OS system: its root is the machine’s, its init the first process, and nothing of the PE is left', async () => {
    const guest = await bootDirectly('box', at('systems.img'), { words: 'single' });
    const { groups: said } = await guest.waitFor(/^TARGET .*(?=\r?\n)/m);
    expect(said[0]).toBe(`TARGET name=box pid=1 args=[single] env=[it's] tty=/dev/console`);
    const before = guest.serial.text();
    expect(before).toMatch(
      /handing the machine over to box, \/sbin\/init\r?\nDISKBIOS-READY mode=takeover up=/,
    );
    expect(before).not.toContain('DISKBIOS-INIT');
    const text = (await guest.waitFor('TARGET-DONE box')).before;
    expect(text).toMatch(
      /^MOUNTS \/:ext4 \/lib\/modules\/[^ ]+:squashfs \/proc:proc \/sys:sysfs \/dev:devtmpfs \/dev\/pts:devpts \/dev\/shm:tmpfs \/run:tmpfs \r?$/m,
    );
    expect(text).toMatch(/^ROOT bin dev end lib proc run sbin sys tmp usr \r?$/m);
    expect(text).toMatch(/^DEVICES \/dev\/pts\/ptmx \/dev\/vda \/sys\/class\/net\/eth0 \r?$/m);
    expect(text).toMatch(/^MODULES \/lib\/modules\/.*modules.dep touch: .*: Read-only file system\r?$/m);
    // Of 512 MiB; the PE's packages alone take more than what is missing.
    expect(Number(/^FREE (\d+) kB/m.exec(text)?.[1])).toBeGreaterThan(415_000);
  });

  test('an app system on the livefs, which stays for it', async () => {
    const guest = await bootDirectly('app', at('systems.img'));
    const text = await waitForTarget(guest, 'app');
    expect(text).toMatch(/^MOUNTS \/:overlay .* \/run\/diskbios\/volumes\/0:ext4 /m);
    await guest.waitFor('app login:');
  });

  test('a folder that is nothing but a root, by its path on the disk', async () => {
    const guest = await bootDirectly('/srv/bare', at('systems.img'));
    expect(await waitForTarget(guest, 'bare')).toContain('MOUNTS /:ext4 ');
  });

  /** A disk with both, made once. */
  let debians: Promise<string> | undefined;
  test.skipIf(rootsProblem() !== undefined).each([
    // Without udev there is no login on its serial line.
    ['systemd', /Reached target .*basic\.target/],
    // Its console has no login of its own.
    ['sysvinit', 'INIT: Entering runlevel: 2'],
  ])('Debian with %s', async (init, up) => {
    debians ??= makeRoots().then(({ folder }) => image('debians.img', folder, 1024 ** 3));
    const guest = await bootDirectly(init, await debians);
    await guest.waitFor(up, { within: 4 * minute });
  });
});

describe('refused: the machine comes up live, and one line names the parameter', () => {
  test('each reason that a boot can have', async () => {
    const guest = await bootDirectly('no-init', at('systems.img'), { agent: true });
    await refused(guest, 'no-init', 'its init /sbin/init is not there');
    const agent = await connectAgent(guest.folder.agent, guest.qmp);
    onTestFinished(() => {
      agent.close();
    });
    const sh = async (command: string): Promise<string> => {
      const { status, stdout, stderr } = await agent.run(command, { within: 4 * minute });
      expect(status, `${command}: ${stderr}`).toBe(0);
      return stdout.trim();
    };
    const volume = '/run/diskbios/volumes/0';
    await sh(`ln -s box ${volume}/hd/link; ln -s /srv/bare ${volume}/srv/link`);
    await sh('cp -r /hd/no-init /hd/not-executable && echo "#!/bin/sh" >/hd/not-executable/rootfs/sbin-init');
    await sh(
      'cd /hd/not-executable/rootfs && mkdir -p sbin && mv sbin-init sbin/init && chmod 644 sbin/init',
    );
    await sh('cp /run/diskbios/places.json /tmp/; cp -r /hd/not-executable /hd/no-interpreter');
    await sh(
      'cd /hd/no-interpreter/rootfs && echo "#!/bin/nothing" >sbin/init && chmod 755 sbin/init && rmdir proc && touch proc',
    );
    // The program that early init runs, with the volume not yet mounted and another command line.
    const refusal = async (system: string): Promise<string> => {
      await sh(`echo "diskbios.mode=takeover diskbios.system=${system}" >/tmp/cmdline`);
      const early = `umount /hd ${volume} && mount -o bind /tmp/cmdline /proc/cmdline && ! /usr/lib/diskbios/takeover`;
      return sh(
        `unshare -m --propagation private sh -c '${early}' >&2 && cp /tmp/places.json /run/diskbios/ && cat /run/diskbios/problems`,
      );
    };
    for (const [system, reason] of [
      ['nosuch', 'there is no system nosuch (systemx list shows what there is)'],
      ['/srv/nosuch', 'there is no such folder on /dev/vda'],
      ['/srv/link', /^\/srv\/link on \/dev\/vda .*link/],
      ['/hd/link', /link/],
      ['outside', 'its init /sbin/init is not there'],
      ['arm', 'its init /sbin/init is for another kind of processor'],
      ['not-executable', 'its init /sbin/init is not executable'],
      [
        'no-interpreter',
        /^its init \/sbin\/init needs \/bin\/nothing, which is not there; its \/proc is a file, no folder/,
      ],
      ['no-loader', 'its init /sbin/init needs /lib64/ld-linux-x86-64.so.2, which is not there'],
      ['garbage', /^it is broken: system.json is no JSON: /],
      ['no-template', /^its template debian@13 is not there/],
    ] as const)
      isReason((await refusal(system)).replace(`diskbios.system=${system}: `, ''), reason);
  });

  test('no disk at all', async () => {
    const guest = await bootDirectly('box', undefined);
    await refused(guest, 'box', /^there is no data volume/);
    // The image has the agent and the machine no port for it: that is no news.
    expect(guest.serial.text()).not.toMatch(/agent|insmod/);
  });

  function isReason(said: string | undefined, reason: string | RegExp): void {
    if (typeof reason === 'string') expect(said).toBe(reason);
    else expect(said).toMatch(reason);
  }

  async function refused(guest: Guest, system: string, reason: string | RegExp): Promise<void> {
    const { groups } = await guest.waitFor(/^diskbios: diskbios\.system=(\S+): (.*); coming up live\r?$/m);
    expect(groups[1]).toBe(system);
    isReason(groups[2], reason);
    await guest.waitFor(/^DISKBIOS-READY mode=live /m);
    const { before } = await guest.waitFor('login:');
    expect(before).toContain(`! diskbios.system=${system}: `);
  }
});

describe('by the menu', () => {
  test('entries appear by themselves; once is once, also after a power cut; the usual one stays', async () => {
    await usingMachine('takeover-bios', 'bios', {}, async (machine) => {
      const sh = async (command: string): Promise<string> => {
        const { status, stdout, stderr } = await machine.agent().run(command, { within: 4 * minute });
        return status === 0 ? stdout.trim() : `${status}: ${stderr.trim()}`;
      };
      let guest = await machine.powerOn();
      await passMenu(guest);
      await waitForReady(guest);
      expect(await sh('head -c 25 /hd/.pe/grubenv; stat -c %s /hd/.pe/grubenv')).toBe(
        '# GRUB Environment Block\n1024',
      );
      // What a boot would refuse is refused beforehand, and all else stays as it is.
      expect(await sh('systemx takeover arm --once --yes arm')).toMatch(
        /^2: systemx: its init \/sbin\/init is for another kind/,
      );
      expect(await sh('systemx takeover garbage')).toMatch(/^2: systemx: it is broken: /);
      expect(await sh('systemx takeover no-template')).toMatch(
        /^1: systemx: its template debian@13 is not there/,
      );
      expect(await sh('systemx takeover box --once')).toMatch(/^2: .*Nothing was done/);
      expect(await sh('systemx takeover --json')).toBe('{\n  "default": null,\n  "once": null\n}');
      // The machine restarts into it, and when it restarts itself the PE comes up.
      await machine
        .agent()
        .run('systemx takeover reboots --once --yes reboots', { within: minute })
        .catch(() => undefined);
      await guest.waitFor('TARGET name=reboots ', { within: 3 * minute });
      await guest.waitFor(/^DISKBIOS-READY mode=live /m, { within: 3 * minute });
      await machine.agent().waitUntilThere(minute);
      expect(await sh('systemx takeover --json')).toBe('{\n  "default": null,\n  "once": null\n}');
      expect(await sh('cat /hd/reboots/rootfs/note')).toBe('written');

      expect(await sh('systemx rename box cube && systemx takeover cube')).toContain(
        'over to cube by itself',
      );
      expect(await sh('systemx rename cube box && systemx takeover --json')).toContain('"default": "box"');
      // GRUB itself has forgotten it before anything else is begun.
      await machine
        .agent()
        .run('systemx takeover app --once --yes app', { within: minute })
        .catch(() => undefined);
      await guest.waitFor('Loading the PE, to hand over to app ...', { within: 3 * minute });
      await machine.cutPower();
      guest = await machine.powerOn();
      await passMenu(guest);
      await waitForTarget(guest, 'box');
      await machine.cutPower();
      guest = await machine.powerOn();
      await chooseEntry(guest, handOverTitle('app'), { by: 'serial' });
      await guest.waitFor('Loading the PE, to hand over to app ...');
      expect(guest.serial.text()).not.toContain('error:');
      await machine.cutPower();
    });
  });

  test('on UEFI as well, an app system on a template of the disk', async () => {
    const folder = at('uefi');
    writeSystems(folder, files0.busybox);
    writeMenu(folder, grubenvText({ systems: ['box', 'tiny'], default: undefined, once: undefined }));
    await usingMachine('takeover-uefi', 'uefi', { files: folder }, async (machine) => {
      const guest = await machine.powerOn();
      await chooseEntry(guest, handOverTitle('tiny'), { by: 'keyboard' });
      expect(await waitForTarget(guest, 'tiny')).toMatch(/^MOUNTS \/:overlay /m);
    });
  });
});

const writeMenu = (folder: string, content: string | Buffer): void => {
  mkdirSync(join(folder, 'hd', '.pe'), { recursive: true });
  writeFileSync(join(folder, 'hd', '.pe', 'grubenv'), content);
};

describe('a file for the menu that is absent, damaged or hostile: the menu is as ever', () => {
  const signed = (lines: string): string => `# GRUB Environment Block\n${lines}`.padEnd(1024, '#');
  const sound = grubenvText({ systems: ['box'], default: 'box', once: 'box' });
  const hostile = 'box; halt\nhalt\n$(halt) "`halt`" \'} halt\nset timeout=0\n';

  test.each([
    ['no file', undefined],
    ['noise', randomBytes(1024)],
    ['empty', ''],
    ['cut off', sound.slice(0, 70)],
    ['large', sound + randomBytes(100 * 1024).toString('latin1')],
    ['commands instead of lines', signed(hostile)],
    [
      'commands in values',
      signed(
        `diskbios_systems=box $(halt) ";halt;" } halt {\ndiskbios_default=x" --id y { halt }\ndiskbios_once=box\\\nhalt\ntimeout=0\ndefault=power-off\n`,
      ),
    ],
    [
      'names only, none of a system',
      signed('diskbios_systems=- -x x- a--\ndiskbios_default=power-off\ndiskbios_once=power-off\n'),
    ],
  ])('%s', async (name, content) => {
    const folder = at(`menu ${name}`);
    mkdirSync(folder);
    if (content !== undefined) writeMenu(folder, content);
    await usingMachine(`takeover-menu-${name}`, 'bios', { files: folder }, async (machine) => {
      const guest = await machine.powerOn();
      await passMenu(guest);
      await guest.waitFor('Loading diskbios live ...');
      expect(guest.serial.text()).not.toMatch(/Hand over|[Pp]ress any key|syntax error/);
      // Of a file that is damaged GRUB may say so.
      if (content === undefined) expect(guest.serial.text()).not.toContain('error:');
    });
  });
});
