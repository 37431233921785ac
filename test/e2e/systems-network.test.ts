import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { chooseAccelerator } from '../../src/boot/accel.ts';
import { type Machine, type MachineSpec, withMachine } from '../../src/boot/machine.ts';
import { reservePort } from '../../src/boot/ports.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { startedKernel } from '../../src/image/kernel.ts';
import { buildDualImage } from '../helpers/dual-image.ts';
import { disk, powerOn } from '../helpers/machine.ts';
import { remoteTemplates } from '../helpers/remote-templates.ts';

/** The network of systems, proven from inside the systems, the PE and the machine around it. */
const { cache, dir, recipes, tools } = inject('fixture');

const minute = 60_000;
/** Of the PE and the router on QEMU's network. */
const outside = {
  ...{ pe: '10.0.2.15', router: '10.0.2.2', router6: 'fec0::2' },
  /** Of the PE, when it is set by hand. */
  ...{ other: '10.0.2.77', other6: 'fec0::77' },
};

let machine: Machine;
let stop = (): Promise<void> => Promise.resolve();

interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
const run = (command: string): Promise<Answer> => machine.agent().run(command, { within: 2 * minute });
/** What a command that must succeed has said. */
async function sh(command: string): Promise<string> {
  const { status, stdout, stderr } = await run(command);
  expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
  return stdout.trim();
}
const inside = (system: string, command: string): string =>
  `systemx exec ${system} -- sh -c '${command.replaceAll("'", "'\\''")}'`;
const works = async (command: string): Promise<boolean> => (await run(command)).status === 0;
const get = (...urls: string[]): string => urls.map((url) => `wget -T 5 -q -O - http://${url}/`).join('; ');
const unreached = (targets: readonly string[]): string =>
  `for target in ${targets.join(' ')}; do ping -c 1 -W 3 $target >/dev/null || echo $target; done`;
/** All targets answer soon: a new address is on trial for a second, and routers tell of themselves when they want to. */
const reachesAll = (targets: readonly string[], from?: string): Promise<void> => {
  const asked = unreached(targets);
  const missing = (): Promise<string> => sh(from === undefined ? asked : inside(from, asked));
  return expect.poll(missing, { timeout: 2 * minute, interval: 300 }).toBe('');
};
/** The upper half of an address of the bridge. */
const network6 = /^((?:\w+:){3}).*/;

async function addresses(system: string): Promise<string[]> {
  const listed = JSON.parse(await sh('systemx list --json')) as { name: string; addresses?: string[] }[];
  return listed.find(({ name }) => name === system)?.addresses ?? [];
}
/** Waits until a system has both its addresses; a new one is on trial for a second (RFC 4862). */
async function bothAddresses(system: string): Promise<string[]> {
  const found = expect.poll(() => addresses(system), { timeout: 4 * minute, interval: 300 });
  await found.toEqual([expect.stringMatching(/^[\d.]+$/), expect.stringMatching(/^fd.*:/)]);
  return addresses(system);
}

beforeAll(async () => {
  const image = await buildDualImage({ cache, dir, recipes });
  const qemu = qemuFromTree(tools);
  const { kind, cpu, patience } = await chooseAccelerator(qemu, { cacheDir: join(tools, '..', '..', '..') });
  const filesystem = { type: 'ext4', label: 'DISKBIOS-DATA', files: undefined, full: false } as const;
  const spec: MachineSpec = {
    ...{ name: 'systems-network', index: 0, firmware: 'bios', memory: 768 * 1024 ** 2, cpus: 1 },
    ...{ image: undefined, kernel: startedKernel(image) },
    disks: { data: disk({ size: 256 * 1024 ** 2, filesystem }) },
    networks: [{ kind: 'user' }],
  };
  await new Promise<void>((resolve, reject) => {
    const lasts = withMachine(
      qemu,
      spec,
      { accelerator: { kind, cpu }, patience, agent: true },
      async (made) => {
        machine = made;
        await powerOn(machine);
        resolve();
        await new Promise<void>((end) => {
          stop = async () => {
            end();
            await lasts;
          };
        });
      },
    );
    lasts.catch(reject);
  });
}, 10 * minute);
afterAll(() => stop());

describe('systems on the bridge', () => {
  let web: string[];
  let db: string[];

  test('cost nothing as long as there are none', async () => {
    expect(await works('ip link show pe0')).toBe(false);
    expect(await works('pidof dnsmasq')).toBe(false);
    expect(await sh('nft list tables; cat /proc/sys/net/ipv4/ip_forward')).toBe('0');
  });

  test('get addresses of both kinds, and reach each other, the PE and the outside by name', async () => {
    // Those on other networks come up meanwhile.
    await sh(
      'systemx create web && systemx create db && systemx create lan network=lan && systemx create alone network=none && systemx start web db lan alone',
    );
    web = await bothAddresses('web');
    db = await bothAddresses('db');
    const all = [...web, ...db, 'web.pe', 'web', 'db.pe', 'db', 'dual.pe', outside.router, outside.router6];
    for (const from of ['web', 'db']) await reachesAll(all, from);
    await reachesAll([...web, ...db, 'web.pe', 'db']);
    const answer = await sh(inside('web', 'nslookup db.pe'));
    for (const address of db) expect(answer).toContain(address);
  });

  test('DHCPv6 gives the address that the card makes by itself', async () => {
    await sh(inside('web', 'udhcpc6 -n -q -i eth0 -s /bin/true'));
    expect(await sh('cat /run/diskbios/network/leases')).toContain(` ${web[1]} `);
  });

  test('reach nothing of the PE but DHCP, DNS and ping', async () => {
    const [network4 = '', network6 = ''] = (await sh('ip -o addr show pe0 scope global'))
      .split('\n')
      .map((line) => /inet6? (\S+)\//.exec(line)?.[1]);
    expect(network6).toMatch(/^fd.*::1$/);
    const link = /inet6 (\S+)\//.exec(await sh('ip -o addr show pe0 scope link'))?.[1] ?? '';
    const targets = [outside.pe, await peAddress6(), network4, network6];
    const reached = (all: readonly string[]): string =>
      `for target in ${all.join(' ')}; do nc -w 5 $target 22 </dev/null >/dev/null && echo $target; done; true`;
    // There is something to be reached.
    expect((await sh(reached([...targets, `${link}%pe0`]))).split('\n')).toHaveLength(5);
    expect(await sh(inside('web', reached([...targets, `${link}%eth0`])))).toBe('');
    expect(await works(inside('web', `nc -w 5 ${network4} 53 </dev/null`))).toBe(true);
  });

  test('cannot speak as another', async () => {
    const [own = '', own6 = ''] = web;
    const [other = '', other6 = ''] = db;
    const pe = own.replace(/\d+$/, '1');
    const free = own.replace(/\d+$/, '254');
    expect([own, other]).not.toContain(free);
    const free6 = own6.replace(network6, '$1:254');
    const mac = await sh(inside('web', 'cat /sys/class/net/eth0/address'));
    const otherMac = await sh(inside('db', 'cat /sys/class/net/eth0/address'));

    // An address that nobody has: of IPv6 it may take one, of IPv4 not.
    const asFree = (family: 4 | 6, address: string, to: string): string =>
      `/usr/bin/ip -${family} addr add ${address} dev eth0 ${family === 6 ? 'nodad' : ''}; ping -${family} -c 1 -W 2 -I ${address.split('/')[0]} ${to}; code=$?; ip -${family} addr del ${address} dev eth0; exit $code`;
    expect(await works(inside('web', asFree(4, `${free}/24`, pe)))).toBe(false);
    expect(await works(inside('web', asFree(6, `${free6}/64`, own6.replace(network6, '$1:1'))))).toBe(true);

    // The address of one that is there, claimed aloud.
    await sh(
      inside(
        'web',
        `ip addr add ${other}/24 dev eth0; arping -U -c 1 -w 1 -I eth0 ${other}; ip addr del ${other}/24 dev eth0`,
      ),
    );
    await reachesAll([other]);
    expect(await sh(`ip neigh show ${other}`)).toContain(otherMac);

    // The address of one that does not use it just now.
    await sh(
      inside('db', `echo 0 >/proc/sys/net/ipv6/conf/eth0/autoconf; ip -6 addr del ${other6}/64 dev eth0`),
    );
    await sh(inside('web', `/usr/bin/ip -6 addr add ${other6}/64 dev eth0 nodad`));
    await sh('ip neigh flush dev pe0');
    expect(await sh(unreached([other6, own6]))).toBe(other6);
    await sh(inside('web', `ip -6 addr del ${other6}/64 dev eth0`));
    await sh(inside('db', `/usr/bin/ip -6 addr add ${other6}/64 dev eth0 nodad`));

    const change = (to: string): string =>
      `ip link set eth0 down; ip link set eth0 address ${to}; ip link set eth0 up; ping -c 1 -W 2 ${pe}`;
    expect(await works(inside('web', change('02:11:22:33:44:55')))).toBe(false);
    await expect
      .poll(() => works(inside('web', change(mac))), { timeout: 4 * minute, interval: 300 })
      .toBe(true);
  });

  test('a fixed address and forwarded ports, from everywhere, and gone at the end', async () => {
    const fixed = `${(web[0] ?? '').replace(/\d+$/, '')}20`;
    const fixed6 = (web[1] ?? '').replace(network6, '$1:80');
    await sh(
      `systemx set web network.ipv4=${fixed} network.ipv6=${fixed6} network.forward=8080:80,8053:53/udp autostart=yes`,
    );
    await sh('systemx restart web');
    await sh(inside('web', 'mkdir -p /srv /etc/rc.d; echo hello >/srv/index.html'));
    const serve =
      '#!/bin/sh\nhttpd -p 80 -h /srv\ndnsmasq --user=root --no-resolv --address=/udp.test/192.0.2.7 --interface=eth0\n';
    await sh(
      inside(
        'web',
        `printf '${serve.replaceAll('\n', '\\n')}' >/etc/rc.d/serve; chmod +x /etc/rc.d/serve; /etc/rc.d/serve`,
      ),
    );
    const own = expect.poll(() => addresses('web'), { timeout: 4 * minute });
    await own.toEqual(expect.arrayContaining([fixed, fixed6]));
    await expect.poll(() => fromHost(), { timeout: 4 * minute, interval: 500 }).toBe('hello\n');
    const ports = [outside.pe, 'dual.pe', `[${await peAddress6()}]`].map((target) => `${target}:8080`);
    expect(await sh(get('127.0.0.1:8080', ...ports))).toBe('hello\n'.repeat(4).trim());
    for (const from of ['db', 'web'])
      expect(await sh(inside(from, get(...ports, 'web.pe'))), from).toBe('hello\n'.repeat(4).trim());
    // Its own name server, over UDP.
    expect(await sh(`nslookup -type=a udp.test ${outside.pe}:8053`)).toContain('192.0.2.7');
  });

  test('a port or an address has one holder, and who it is is said', async () => {
    await sh('systemx create late');
    const refusal = async (setting: string): Promise<string> => {
      await sh(`systemx set late network.ipv4=dhcp network.forward= && systemx set late ${setting}`);
      const { status, stderr } = await run('systemx start late');
      expect(status).not.toBe(0);
      return stderr;
    };
    expect(await refusal('network.forward=8080:90')).toContain(
      'port 8080/tcp of the machine leads to system web already',
    );
    expect(await refusal('network.forward=22:22')).toContain(
      'port 22/tcp of the machine is used by dropbear of the PE',
    );
    expect(await refusal(`network.ipv4=${(await addresses('web'))[0]}`)).toContain(
      'is that of web: systemx set late network.ipv4=',
    );
    expect(await refusal('network.ipv4=192.0.2.7')).toContain('192.0.2.7 is no address for a system in 10.');
    await sh('mv /usr/sbin/nft /usr/sbin/nft.away');
    const { status, stderr } = await run('systemx start late');
    await sh('mv /usr/sbin/nft.away /usr/sbin/nft');
    expect(status).toBe(3);
    expect(stderr).toContain('its network needs the package nftables, and this PE does not have it');
  });

  test('with a system its forwards and names go', async () => {
    await sh('systemx stop web');
    expect(await works(get('127.0.0.1:8080'))).toBe(false);
    expect(await sh('cat /etc/hosts')).not.toContain('web.pe');
    // The name server is told by a signal.
    const asked = (): Promise<string> => sh(inside('db', 'nslookup web.pe 2>&1 || true'));
    await expect.poll(asked, { timeout: 4 * minute, interval: 300 }).toContain('NXDOMAIN');
    expect(await works(inside('db', 'nslookup db.pe'))).toBe(true);
  });
});

describe('templates from elsewhere', () => {
  remoteTemplates({ dir, run, sh, host: outside.router });
});

describe('other networks', () => {
  test('on the LAN a system has an address from there, and does not reach the PE', async () => {
    const [ipv4 = ''] = await bothOnLan();
    expect(ipv4).not.toBe(outside.pe);
    await reachesAll([outside.router], 'lan');
    expect(await works(inside('lan', `nc -w 2 ${outside.pe} 22 </dev/null`))).toBe(false);
    await sh('systemx set lan network.card=nosuch');
    const { status, stderr } = await run('systemx restart lan');
    expect(status).toBe(1);
    expect(stderr).toContain('the machine has no card nosuch: systemx set lan network.card=eth0');
  });

  test('none is none', async () => {
    expect(await sh(inside('alone', 'ls /sys/class/net'))).toBe('lo');
    expect(await addresses('alone')).toEqual([]);
  });
});

describe("the PE's own network", () => {
  const set = `systemx network set eth0.ipv4=${outside.other}/24,${outside.router}`;

  test('a mistake is refused with what was expected, and changes nothing', async () => {
    const { status, stderr } = await run(
      `systemx network set eth0.ipv4=192.0.2.0/24 eth7.ipv6=off eth0.ipv6=${outside.pe}/24 dmz=1 dns=none`,
    );
    expect(status).toBe(2);
    expect(stderr).toContain("eth0.ipv4: '192.0.2.0/24' is the network itself");
    expect(stderr).toContain('this machine has no card eth7\n  expected: eth0, or a glob');
    expect(stderr).toContain('is no IPv6 address with its prefix length');
    expect(stderr).toContain('there is no setting dmz');
    expect(await sh('systemx network --json')).not.toContain('this machine');
    const words = await sh('systemx _complete -- network set e; systemx _complete -- network r');
    expect(words.split('\n')).toEqual(['eth0.ipv4=', 'eth0.ipv6=', 'reset']);
  });

  test('what is tried and not kept goes by itself', async () => {
    // By SSH that is usual, so that nobody is locked out.
    const { stdout, stderr } = await run(`SSH_CONNECTION='there here' ${set} dns=none`);
    expect(stderr).toContain('on trial for 60 s');
    expect(stdout).toContain(`eth0 has ${outside.other}/24`);
    await reachesAll([outside.router, outside.router6, 'db.pe'], 'db');
    expect(await sh('systemx network set dns=192.0.2.53 --try 1 && cat /etc/resolv.conf')).toContain(
      'nameserver 192.0.2.53',
    );
    await expect.poll(ownAddress, { timeout: 4 * minute, interval: 300 }).toBe(outside.pe);
    expect(await works('ls /hd/.pe/network.json')).toBe(false);
    expect(await sh('cat /etc/resolv.conf')).not.toContain('192.0.2.53');
    expect((await run('systemx network keep')).stderr).toContain('no network settings are on trial');
  });

  test('what is kept counts at the next boot, before what the recipe says', async () => {
    await sh(`${set} eth0.ipv6=${outside.other6}/64,${outside.router6} --try 60 && systemx network keep`);
    const before = await sh('cat /hd/.pe/systems-network.json');
    await sh('sync');
    await machine.cutPower();
    await powerOn(machine);
    expect(await ownAddress()).toBe(outside.other);
    await reachesAll([outside.router, outside.router6]);
    expect(await sh('ip -6 route show default')).toContain(`via ${outside.router6}`);
    // And the systems are as they were.
    expect(await sh('cat /hd/.pe/systems-network.json')).toBe(before);
    const own = expect.poll(() => addresses('web'), { timeout: 4 * minute, interval: 300 });
    await own.toContainEqual(expect.stringMatching(/\.20$/));
    await expect.poll(() => fromHost(outside.other), { timeout: 4 * minute, interval: 500 }).toBe('hello\n');
    await reachesAll([outside.router, outside.router6], 'web');
  });

  test('what is damaged leaves the recipe, says so, and is taken back', async () => {
    await sh('echo "{ \\"dns\\": 1 }" >/hd/.pe/network.json');
    const { stderr } = await run('systemx network set dns=none');
    expect(stderr).toContain('/hd/.pe/network.json does not count: dns is no list');
    expect(stderr).toContain('systemx network reset');
    const { stdout } = await run('systemx network reset');
    expect(stdout).toContain(`eth0 has ${outside.pe}/24`);
    expect(await works('ls /hd/.pe/network.json')).toBe(false);
    // What a router tells counts again.
    await expect.poll(peAddress6, { timeout: 4 * minute, interval: 300 }).toMatch(/^fec0:.*ff:fe/);
    expect((await run('systemx status')).stdout).not.toContain('network.json');
  });

  test('the network of the systems moves when nobody is on it', async () => {
    await sh('systemx network set systems.ipv4=10.99.0.0/24 systems.ipv6=off');
    expect((await addresses('web'))[0]).toMatch(/^10\.88\./);
    await sh('systemx stop web && systemx start db');
    await expect
      .poll(() => addresses('db'), { timeout: 4 * minute, interval: 300 })
      .toEqual([expect.stringMatching(/^10\.99\.0\./)]);
    await reachesAll(['10.99.0.1', 'db.pe', 'dual.pe', outside.router], 'db');
  });
});

/** What a program on the machine around the PE gets of the system, through QEMU's router and the PE. */
async function fromHost(to = outside.pe): Promise<string> {
  const port = await reservePort();
  await port.release();
  const forward = (verb: string): Promise<unknown> =>
    machine.guest().qmp.execute('human-monitor-command', { 'command-line': verb });
  await forward(`hostfwd_add net0 tcp:127.0.0.1:${port.number}-${to}:8080`);
  try {
    const answer = await fetch(`http://127.0.0.1:${port.number}/`, { signal: AbortSignal.timeout(10_000) });
    return await answer.text();
  } catch (error) {
    return String(error);
  } finally {
    await forward(`hostfwd_remove net0 tcp:127.0.0.1:${port.number}`);
  }
}

const ownAddress = async (): Promise<string> =>
  /inet (\S+)\//.exec(await sh('ip -o -4 addr show eth0'))?.[1] ?? '';

/** The PE's address on the LAN. */
const peAddress6 = async (): Promise<string> =>
  /inet6 (\S+)\//.exec(await sh('ip -o -6 addr show eth0 | grep -v fe80 || true'))?.[1] ?? '';

async function bothOnLan(): Promise<string[]> {
  await expect
    .poll(() => addresses('lan'), { timeout: 4 * minute })
    .toEqual([expect.stringMatching(/^10\.0\.2\./), expect.stringMatching(/^fec0:/)]);
  return addresses('lan');
}
