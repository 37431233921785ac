import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import type { SerialShell } from '../../src/boot/console-login.ts';
import { personalize as putPersonal, readPersonal } from '../../src/image/personalize.ts';
import { run } from '../../src/sys/run.ts';
import { toolArgv } from '../../src/sys/tools.ts';
import { bootGuest, medium, network, passMenu, waitForReady } from '../helpers/boot.ts';
import { asPlainUser, giveToPlainUser } from '../helpers/plain-user.ts';
import { logIn } from '../helpers/serial-shell.ts';
import { freePort, ssh } from '../helpers/ssh.ts';

const { dir, cache, recipes, images, tools, key } = inject('fixture');
const out = join(dir, 'personalize');
const cli = join(packageRoot(), 'dist', 'diskbios.js');
const passwords = ['correct horse', 'battery staple'] as const;
const hashes = [
  '$6$personalsalt$13tneTFozzcs8MffVRzJt9369StMOddwM3Ssg2QjLO8P9HZyXGkEbFlghVjIJSztiskDvst69eC59mJKQdt300',
  '$6$secondsalt$/yJKHcLKMnG6djEkrYnShMb/gEFKKH8SeCt439fcNG6GkxRKuZps3T89WnvHsjMjCgVM4teP8LGw.RDTyCNMQ0',
] as const;

async function diskbios(...args: string[]): Promise<{ code: number | undefined; out: string; err: string }> {
  const env = { HOME: dir, XDG_CACHE_HOME: cache };
  const ended = await asPlainUser([process.execPath, cli, ...args], { cwd: out, env });
  return { code: ended.code, out: ended.out, err: ended.err };
}

async function personalize(file: string, ...args: string[]): Promise<string> {
  const { code, err, out: said } = await diskbios('personalize', file, ...args);
  expect(code, err).toBe(0);
  return said;
}

/** A file of the test's own, from the built ones. */
function copyOf(image: string, name: string): string {
  const to = join(out, name);
  copyFileSync(image, to);
  giveToPlainUser(to);
  return to;
}

const stick = join(out, 'personal.img');
const media = ['usb', 'qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx', 'ova'];
const endings = ['img', 'qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx', 'ova'];

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  giveToPlainUser(out);
  const recipe = join(recipes, 'personal.yaml');
  const menu = 'boot:\n  timeout: 0\n  entries: !replace\n    - { title: dual, mode: dual }\n';
  writeFileSync(recipe, `name: personal\nextends: cloud\n${menu}`);
  const lock = join(recipes, 'personal.lock.json');
  copyFileSync(join(recipes, 'cloud.lock.json'), lock);
  giveToPlainUser(lock);
  const { code, err } = await diskbios('build', recipe, '--medium', media.join(','), '-o', out);
  expect(code, err).toBe(0);
});

describe('an image', () => {
  test('of every kind takes settings and gives them up again, without a trace of them', async () => {
    for (const name of [...endings.map((ending) => `personal.${ending}`), 'cloud.iso']) {
      const from = join(name.endsWith('.iso') ? images : out, name);
      const file = copyOf(from, `kind-${name}`);
      expect(readPersonal(file), name).toBeUndefined();
      putPersonal(file, { settings: { hostname: `old-${name.slice(-3)}`, autostart: ['web'] } });
      const said = await personalize(file, '--hostname', 'pe7', '--password-hash', hashes[0]);
      expect(said, name).toMatch(/host name +pe7\nroot's password +set\nsystems that start +web\n/);
      expect(readPersonal(file), name).toMatchObject({ settings: { passwordHash: hashes[0] } });
      const bytes = readFileSync(file);
      expect(bytes.includes('old-')).toBe(false);
      expect(bytes.length).toBe(statSync(from).size);
      if (name.endsWith('.ova')) await checkManifest(file);
      putPersonal(file, 'clear');
      // What is packed is packed in another way.
      if (!/(vmdk|ova)$/.test(name)) expect(readFileSync(file).equals(readFileSync(from)), name).toBe(true);
    }
    const img = (...args: string[]) => run(toolArgv(tools, 'usr/bin/qemu-img', args));
    await personalize(join(out, 'kind-personal.vmdk'), '--hostname', 'pe7');
    await img('check', '-q', '-f', 'vmdk', join(out, 'kind-personal.vmdk'));
    const unpacked = join(out, 'unpacked.img');
    await img('convert', '-f', 'vmdk', '-O', 'raw', join(out, 'kind-personal.vmdk'), unpacked);
    expect(readPersonal(unpacked)).toMatchObject({ settings: { hostname: 'pe7' } });
  });

  async function checkManifest(ova: string): Promise<void> {
    const names = ['minimal', 'personal'].flatMap((name) => [`${name}.ovf`, `${name}-disk1.vmdk`]);
    const { stdout } = await run(['tar', 'xOf', ova, 'personal.mf']);
    for (const [, name = '', sum] of stdout.matchAll(/SHA256\((.*)\)= (\w+)/g)) {
      expect(names).toContain(name);
      const piped = await run(['sh', '-c', `tar xOf "$1" "$2" | sha256sum`, 'sh', ova, name]);
      expect(piped.stdout.slice(0, 64), name).toBe(sum);
    }
  }

  test('has its block map made anew, and what holds no longer is said', async () => {
    const file = copyOf(stick, 'mapped.img');
    copyOf(`${stick}.bmap`, 'mapped.img.bmap');
    writeFileSync(join(out, 'mapped.img.sha256'), `${'0'.repeat(64)}  mapped.img\n`);
    const { err } = await diskbios('personalize', file, '--hostname', 'pe7');
    expect(err).toBe('note: the checksum of mapped.img in mapped.img.sha256 no longer holds\n');
    const copy = join(out, 'flashed.img');
    const flashed = await diskbios('flash', file, copy, '--yes', 'flashed.img');
    expect(flashed.code, flashed.err).toBe(0);
    expect(readPersonal(copy)).toMatchObject({ settings: { hostname: 'pe7' } });
  });

  test('is as it was, or as it was to be, whenever its change is killed', async () => {
    const file = copyOf(stick, 'killed.img');
    await personalize(file, '--hostname', 'before');
    const started = performance.now();
    await personalize(file, '--hostname', 'before');
    const whole = performance.now() - started;
    for (let n = 0; n < 8; n += 1) {
      const argv = [cli, 'personalize', file, '--hostname', `after-${n}`];
      const child = spawn(process.execPath, argv, { stdio: 'ignore', env: { ...process.env, HOME: dir } });
      const ended = new Promise((resolve) => child.on('close', resolve));
      await sleep(whole * (0.3 + 0.1 * n * Math.random()));
      child.kill('SIGKILL');
      await ended;
      const found = readPersonal(file);
      expect(found).toMatchObject({
        settings: { hostname: /^(before|after-\d)$/.exec(hostnameOf(found))?.[0] },
      });
    }
    giveToPlainUser(file);
    await personalize(file, '--clear');
    expect(readFileSync(file).equals(readFileSync(stick))).toBe(true);
    expect(readdirSync(out).filter((name) => name.startsWith('.killed'))).toEqual([]);
  });

  const hostnameOf = (found: ReturnType<typeof readPersonal>): string =>
    found !== undefined && 'settings' in found ? (found.settings.hostname ?? '') : JSON.stringify(found);

  test('is not touched by wrong settings, and one without a place for them is named', async () => {
    const file = copyOf(stick, 'wrong.img');
    const wrong = await diskbios('personalize', file, '--hostname', 'PE', '--password-hash', 'hunter2');
    expect([wrong.code, wrong.err.includes('hunter2')]).toEqual([2, false]);
    expect(wrong.err).toMatch(
      /--hostname PE: it is no host name[^]*--password-hash: what was given is neither/,
    );
    expect(readFileSync(file).equals(readFileSync(stick))).toBe(true);
    writeFileSync(join(out, 'none.img'), Buffer.alloc(1024 ** 2));
    const none = await diskbios('personalize', join(out, 'none.img'), '--hostname', 'pe');
    expect([none.code, /not an image/.test(none.err)]).toEqual([2, true]);
  });
});

describe('a machine', () => {
  test('started from a personal CD has its name, address, keys and password from the start', async () => {
    const image = copyOf(join(images, 'cloud.iso'), 'cd.iso');
    const fixed = ['e*=10.0.2.15/24,10.0.2.2', 'e*=fd00:5::77/64', 'dns=10.0.2.3'];
    const file = join(out, 'pe7.yaml');
    const keys = [`ssh-keys: [${JSON.stringify(key.line)}]`, `password-hash: ${hashes[0]}`];
    writeFileSync(file, [...keys, 'network:', ...fixed.map((word) => `  - ${word}`), ''].join('\n'));
    await personalize(image, '--settings', file, '--hostname', 'pe7');
    const port = await freePort();
    const guest = await bootGuest({
      ...{ tools, name: 'personal cd', firmware: 'uefi', drives: [medium(image, 'cd')] },
      networks: network({ host: port, guest: 22 }),
    });
    await passMenu(guest);
    const said = await guest.waitFor(/diskbios: personal settings: (.*)\r?\n/);
    expect(said.groups[1]).toMatch(/^host name pe7; SSH keys .*; root's password set; e\* IPv4 10\.0\.2\.15/);
    await waitForReady(guest);
    const shell = await logIn(guest, passwords[0]);
    expect(await shell.output('hostname; cat /etc/hostname; grep -c pe7 /etc/hosts')).toBe('pe7\npe7\n1');
    expect(await shell.output('ip -o addr show dev eth0 | grep -o fd00:5::77/64')).toBe('fd00:5::77/64');
    expect(await shell.output('service --status-all | grep -c dhcp-; cat /etc/resolv.conf')).toMatch(
      /^0\n#.*\nnameserver 10\.0\.2\.3$/,
    );
    expect((await shell.run('systemx status')).output).toMatch(/personal +host name pe7;.*password set/);
    // The hash is where it belongs and nowhere else; FIFOs are not read.
    // In two parts, so that what is typed here is not found.
    const part = `${hashes[0].slice(20, 40)}''${hashes[0].slice(40, 60)}`;
    const holders = `find /etc /run /root /var /tmp -xdev -type f -exec grep -lF '${part}' {} + | sort`;
    expect(await shell.output(holders)).toBe(
      ['/etc/shadow', '/run/diskbios/personal-1', '/run/diskbios/personal-hash'].join('\n'),
    );
    expect(await shell.output(`logread | grep -cF '${part}' | cat; ls -l /run/diskbios/personal-*`)).toMatch(
      /^0\n-rw-{7} .*\n-rw-{7} .*$/,
    );
    expect((await ssh({ tools, port, key }, 'hostname')).out.trim()).toBe('pe7');
    const byPassword = await ssh({ tools, port, key: undefined, password: passwords[0] }, 'id -un');
    expect(byPassword.out.trim()).toBe('root');
    await guest.kill();
  });

  test('started from its own disk follows what is newer: what was set on it, or personal settings', async () => {
    const image = copyOf(stick, 'own.img');
    const boot = async (name: string, password: string, use: (shell: SerialShell) => Promise<void>) => {
      const drives = [{ file: image, as: 'virtio', format: 'raw', writes: 'keep' }] as const;
      const guest = await bootGuest({ tools, name, drives });
      await waitForReady(guest);
      await use(await logIn(guest, password));
      return guest;
    };
    await personalize(image, '--hostname', 'first', '--password-hash', hashes[0], '--systems', 'web');
    const first = await boot('personal disk', passwords[0], async (shell) => {
      expect(await shell.output('hostname')).toBe('first');
      expect((await shell.run('systemx status')).output).toContain('there is no system web to start');
      await shell.output('systemx create web');
      await shell.output('systemx network set dns=192.0.2.9');
      expect(await shell.output('grep -s root: /hd/.pe/shadow | wc -l')).toBe('0');
      await shell.output("printf '%s\\n' 'my own word' 'my own word' | passwd");
      // It is kept when passwd is done: busybox's own, which its shell would take, leaves that for later.
      expect(await shell.output('grep -c root: /hd/.pe/shadow')).toBe('1');
    });
    await first.pressPowerButton();
    await first.waitForPowerOff();
    await personalize(image, '--hostname', 'second', '--password-hash', hashes[1]);
    await boot('personal disk again', passwords[1], async (shell) => {
      expect(await shell.output('hostname; grep -c 192.0.2.9 /etc/resolv.conf')).toBe('second\n1');
      expect(await shell.output('grep -s root: /hd/.pe/shadow | wc -l')).toBe('0');
      expect(await shell.output('systemx list')).toMatch(/^web .*running/m);
    });
  });
});
