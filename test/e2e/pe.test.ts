import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Guest } from '../../src/boot/guest.ts';
import type { ServiceState } from '../../src/pe/lib/service-state.ts';
import { bootGuest, kernelOf, medium, network, waitForReady } from '../helpers/boot.ts';
import { freePort, makeSshKey, type SshAnswer, ssh } from '../helpers/ssh.ts';

const { dir, images, key, tools } = inject('fixture');
const image = join(images, 'keyed.iso');

/** Asks until the answer is as wished, or time is up; gives the last answer. */
async function eventually<T>(
  ask: () => Promise<T>,
  wished: (answer: T) => boolean,
  within = 120_000,
): Promise<T> {
  const end = performance.now() + within;
  for (;;) {
    const answer = await ask();
    if (wished(answer) || performance.now() > end) return answer;
    await sleep(500);
  }
}

const diskSize = 32 * 1024 ** 2;

/** Plugs an empty disk into a running guest. */
async function plugIn(guest: Guest, driver: string, bus: string): Promise<void> {
  const file = join(dir, 'hot.img');
  writeFileSync(file, '');
  truncateSync(file, diskSize);
  await guest.qmp.execute('blockdev-add', {
    ...{ driver: 'raw', 'node-name': 'hot' },
    file: { driver: 'file', filename: file },
  });
  await guest.qmp.execute('device_add', { driver, bus, drive: 'hot', id: 'hot' });
}

describe('the PE, seen from inside over SSH', () => {
  let guest: Guest;
  let port = 0;
  let stop = (): Promise<void> => Promise.resolve();
  let firstHostKey: string | undefined;

  const run = (command: string): Promise<SshAnswer> => ssh({ tools, port, key }, command);
  const output = async (command: string): Promise<string> => {
    const { code, out, err } = await run(command);
    expect(code, `${command}: ${err}`).toBe(0);
    return out.trim();
  };
  const services = async (): Promise<Record<string, ServiceState>> =>
    JSON.parse(await output('service --status-all --json')) as Record<string, ServiceState>;

  beforeAll(async () => {
    port = await freePort();
    const request = {
      tools,
      name: 'pe',
      // What happens before the kernel runs is not what these tests are about.
      kernel: await kernelOf(image),
      drives: [{ ...medium(image, 'cd'), boot: 'never' as const }],
      networks: network({ host: port, guest: 22 }),
      emptySlots: 3,
    };
    guest = await bootGuest(request, (end) => {
      stop = end;
    });
    await waitForReady(guest);
  });
  afterAll(() => stop());

  test('a key of the recipe opens the door', async () => {
    const answer = await run('id -un');
    expect(answer).toMatchObject({ code: 0, out: 'root\n' });
    firstHostKey = answer.hostKey;
    expect(firstHostKey).toBeDefined();
  });

  test('another key does not, nor does any password', async () => {
    const stranger = await makeSshKey(tools, dir, 'stranger');
    for (const wrong of [
      { tools, port, key: stranger },
      { tools, port, key: undefined, password: 'root' },
      { tools, port, key: undefined, password: '' },
    ]) {
      const answer = await ssh(wrong, 'id -un');
      expect(answer.code).not.toBe(0);
      expect(answer.out).toBe('');
      expect(answer.err).toMatch(/^key-refused/);
    }
  });

  test('it has addresses, routes and name servers, IPv4 and IPv6', async () => {
    interface Interface {
      readonly ifname: string;
      readonly addr_info: readonly { family: string; local: string; scope: string }[];
    }
    const list = JSON.parse(await output('/usr/bin/ip -j address')) as Interface[];
    const outside = list.filter(({ ifname }) => ifname !== 'lo').flatMap(({ addr_info }) => addr_info);
    expect(outside).toContainEqual(expect.objectContaining({ family: 'inet', local: '10.0.2.15' }));
    const wide = outside.filter(({ family, scope }) => family === 'inet6' && scope !== 'link');
    expect(wide.length).toBeGreaterThan(0);
    expect(await output('ip route show default')).toContain('10.0.2.2');
    expect(await output('ip -6 route show default')).toContain('fe80::2');
    expect(await output('cat /etc/resolv.conf')).toContain('nameserver 10.0.2.3');
  });

  test('its clock is right', async () => {
    const there = Number(await output('date +%s'));
    expect(Math.abs(there - Date.now() / 1000)).toBeLessThan(120);
  });

  test('drivers are loaded for what is there', async () => {
    const loaded = await output('cut -d" " -f1 /proc/modules');
    expect(loaded.split('\n')).toEqual(expect.arrayContaining(['virtio_net', 'ahci', 'sr_mod', 'overlay']));
    expect(await output('cat /sys/block/sr0/device/model')).toContain('DVD');
  });

  test('it knows which packages it is made of', async () => {
    const status = await output("grep -A1 '^Package: dropbear-bin$' /var/lib/dpkg/status");
    expect(status).toContain('Status: install ok installed');
  });

  test('the log has lines of the kernel and of services', async () => {
    await output('logger -t boot-test "hello from the test"');
    const log = await eventually(
      () => output('logread'),
      (text) => text.includes('Linux version'),
    );
    expect(log).toContain('boot-test: hello from the test');
    expect(log).toContain('Linux version');
    expect(log).toMatch(/sshd: .*Pubkey auth succeeded for 'root'/);
  });

  test('a service that dies comes back, later each time', async () => {
    const before = (await services())['klogd'];
    expect(before).toMatchObject({ phase: 'running' });
    let pid = before?.pid;
    for (let round = 1; round <= 3; round += 1) {
      await output(`kill -9 ${pid ?? 'nothing'}`);
      const again = await eventually(
        async () => (await services())['klogd'],
        (state) => state?.phase === 'running' && state.pid !== pid,
      );
      expect(again?.restarts).toBe((before?.restarts ?? 0) + round);
      pid = again?.pid;
    }
    const waits = await output(
      "logread | sed -n 's/.*service klogd: .*; starting it again in \\(.*\\) s$/\\1/p'",
    );
    const [first = 0, second = 0, third = 0] = waits.split('\n').map(Number);
    expect([first > 0, second > first, third > second], waits).toEqual([true, true, true]);
    expect(Object.values(await services()).map(({ phase }) => phase)).not.toContain('failed');
  });

  test('a disk plugged in while it runs appears', async () => {
    const disks = (): Promise<string> => output('ls /sys/block');
    expect(await disks()).not.toMatch(/\bvda\b/);
    await plugIn(guest, 'virtio-blk-pci', 'slot0');
    expect(await eventually(disks, (list) => /\bvda\b/.test(list))).toMatch(/\bvda\b/);
    expect(await output('blockdev --getsize64 /dev/vda')).toBe(String(diskSize));
  });

  test('network cards plugged in while it runs are taken on, and a DHCPv6 server is asked', async () => {
    for (const [n, slot] of ['slot1', 'slot2'].entries()) {
      await guest.qmp.execute('netdev_add', { type: 'hubport', id: `hub${n}`, hubid: 1 });
      await guest.qmp.execute('device_add', { driver: 'virtio-net-pci', netdev: `hub${n}`, bus: slot });
    }
    const cards = (): Promise<string> => output('ls /sys/class/net');
    expect(await eventually(cards, (list) => /eth1\s+eth2/.test(list))).toMatch(/eth1\s+eth2/);
    const server = [
      '--interface=eth2 --bind-interfaces --port=0 --user=root --enable-ra --pid-file=/run/d6.pid',
    ];
    await output(
      `/usr/bin/ip -6 addr add fd00:6::1/64 dev eth2; /usr/sbin/dnsmasq ${server.join(' ')} --dhcp-range=fd00:6::100,fd00:6::1ff,64,1h`,
    );
    const addresses = (): Promise<string> => output('/usr/bin/ip -6 addr show dev eth1');
    expect(await eventually(addresses, (text) => text.includes('fd00:6::1'), 180_000)).toMatch(
      /fd00:6::1[0-9a-f]{2}\/128/,
    );
  });

  test('it starts anew when told to, with a host key of its own making each time', async () => {
    await run('reboot');
    await waitForReady(guest);
    const answer = await eventually(
      () => run('id -un'),
      ({ code }) => code === 0,
    );
    expect(answer.out).toBe('root\n');
    expect(answer.hostKey).toBeDefined();
    expect(answer.hostKey).not.toBe(firstHostKey);
  });

  test('the power button switches it off in good order', async () => {
    await guest.pressPowerButton();
    const end = await guest.waitForPowerOff({ within: 30_000 });
    expect(end.how).toBe('power-off');
  });
});
