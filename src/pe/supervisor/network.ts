import type { PeConfig, PeConfigInterface } from '../../base/pe-config.ts';
import { exists, list, now, readText, replaceFile, run, writeText } from '../host.ts';
import { type Address, ipv4Addresses, ipv6Addresses } from '../lib/addresses.ts';
import {
  fromLease,
  fromLease6,
  type Ipv4Config,
  type Ipv6Lease,
  interfaceConfig,
  ipv4Commands,
  ipv6Commands,
  parseLease,
  resolvConf,
  shellLine,
} from '../lib/network-config.ts';
import { bridgeName } from '../lib/systems/network/bridge.ts';
import { log } from './log.ts';
import type { Services } from './services.ts';

const carrierLimit = 1000; // milliseconds that a card without a cable holds up the boot
const leaseLimit = 5000;

interface Card {
  readonly name: string;
  readonly upAt: number;
  configured: boolean;
  lease: Ipv4Config | undefined;
  /** Whether the recipe leaves IPv6 to the network. */
  readonly autoIpv6: boolean;
  asksDhcp6: boolean;
  lease6: Ipv6Lease | undefined;
}

export interface Network {
  /** Takes on interfaces that have come. */
  readonly scan: () => void;
  /** Goes over to other settings; cards for which they say the same are left alone. */
  readonly reconfigure: (settings: PeConfig['network']) => void;
  /** Asks DHCPv6 servers too; kept out of the boot, since most networks have none. */
  readonly askDhcp6: () => void;
  /** Whether each interface is configured or given up for now. */
  readonly settled: () => boolean;
  readonly addresses: () => Address[];
  /** Why there is no address, for people. */
  readonly note: () => string;
}

const sys = (name: string, file: string): string => (readText(`/sys/class/net/${name}/${file}`) ?? '').trim();

function linkUp(name: string): void {
  const flags = Number.parseInt(sys(name, 'flags'), 16);
  writeText(`/sys/class/net/${name}/flags`, `0x${(flags | 1).toString(16)}`);
}

async function ip(commands: readonly string[][], about: string): Promise<void> {
  const { bytes } = await run(['/bin/sh', '-c', shellLine(commands)]);
  if (bytes.length > 0) log(`network: ${about}: ${String.fromCharCode(...bytes).trim()}`);
}

/** Brings up interfaces as the recipe says; `changed` is told when one got or lost its address. */
export function createNetwork(config: PeConfig, services: Services, changed: () => void): Network {
  const cards = new Map<string, Card>();
  const ignored = new Set<string>();
  /** On their way to other settings. */
  const emptied = new Set<string>();
  let settings = config.network;

  function writeResolver(): void {
    const leases = [...cards.values()].flatMap(({ lease, lease6 }) =>
      [lease, lease6].filter((one) => one !== undefined),
    );
    replaceFile('/etc/resolv.conf', resolvConf(settings, leases));
  }

  async function use(card: Card, wanted: Ipv4Config): Promise<void> {
    if (JSON.stringify(card.lease) === JSON.stringify(wanted)) return;
    card.lease = wanted;
    await ip(ipv4Commands(card.name, wanted), card.name);
    writeResolver();
    card.configured = true;
    log(`network: ${card.name} has ${wanted.address}`);
    changed();
  }

  function leaseEvent(card: Card, lease: Readonly<Record<string, string>>): void {
    switch (lease['event']) {
      case 'bound':
      case 'renew': {
        const wanted = fromLease(lease);
        if (wanted === undefined) log(`network: ${card.name}: the DHCP server gave no usable address`);
        else void use(card, wanted);
        return;
      }
      case 'deconfig':
        if (card.lease === undefined) return;
        card.lease = undefined;
        log(`network: ${card.name} has lost its address`);
        void ip([['ip', '-4', 'addr', 'flush', 'dev', card.name]], card.name).then(changed);
        writeResolver();
        return;
      case undefined:
      default:
    }
  }

  function lease6Event(card: Card, lease: Readonly<Record<string, string>>): void {
    const fresh = lease['event'] === 'deconfig' ? undefined : fromLease6(lease);
    const old = card.lease6;
    if (old?.address === fresh?.address) return;
    card.lease6 = fresh;
    const command = (verb: string, address: string): string[] => [
      'ip',
      '-6',
      'addr',
      verb,
      address,
      'dev',
      card.name,
    ];
    void ip(
      [
        ...(old === undefined ? [] : [command('del', old.address)]),
        ...(fresh === undefined ? [] : [command('add', fresh.address)]),
      ],
      card.name,
    ).then(changed);
    writeResolver();
    log(
      `network: ${card.name} ${fresh === undefined ? 'has lost its DHCPv6 address' : `has ${fresh.address}`}`,
    );
  }

  /** The lines that a client's event script prints, gathered into leases; other lines go to the log. */
  function leaseReader(
    service: string,
    take: (lease: Readonly<Record<string, string>>) => void,
  ): (text: string) => void {
    let lines: string[] | undefined;
    return (text) => {
      if (text.startsWith('event=')) lines = [text];
      else if (lines === undefined) log(`${service}: ${text}`);
      else if (text !== 'end') lines.push(text);
      else {
        take(parseLease(lines));
        lines = undefined;
      }
    };
  }

  const client = (program: string, card: Card, ...options: string[]) => ({
    run: [
      '/usr/bin/busybox',
      program,
      '-f',
      '-i',
      card.name,
      '-s',
      '/usr/lib/diskbios/udhcpc-event',
      ...options,
    ],
    after: [],
    restart: 'always' as const,
    env: {},
    enabled: true,
  });

  function dhcp6(card: Card): void {
    const service = `dhcp6-${card.name}`;
    const options = ['-t', '3', '-T', '3', '-A', '60'];
    services.add(
      service,
      client('udhcpc6', card, ...options),
      leaseReader(service, (lease) => lease6Event(card, lease)),
    );
  }

  function dhcp(card: Card): void {
    const service = `dhcp-${card.name}`;
    const options = ['-t', '4', '-T', '2', '-A', '10', '-x', `hostname:${config.hostname}`];
    services.add(
      service,
      client('udhcpc', card, ...options, '-O', 'search', '-O', 'staticroutes', '-O', 'mtu'),
      leaseReader(service, (lease) => leaseEvent(card, lease)),
    );
  }

  const ipv6Setting = (name: string, setting: string, value: boolean): void => {
    writeText(`/proc/sys/net/ipv6/conf/${name}/${setting}`, value ? '1' : '0');
  };

  function configure(name: string, spec: PeConfigInterface): void {
    ipv6Setting(name, 'accept_ra', spec.ipv6 === 'auto');
    ipv6Setting(name, 'disable_ipv6', spec.ipv6 === 'off');
    linkUp(name);
    const card: Card = {
      name,
      upAt: now(),
      configured: spec.ipv4 === 'off',
      lease: undefined,
      autoIpv6: spec.ipv6 === 'auto',
      asksDhcp6: false,
      lease6: undefined,
    };
    cards.set(name, card);
    if (typeof spec.ipv6 === 'object') void ip(ipv6Commands(name, spec.ipv6), name).then(changed);
    if (spec.ipv4 === 'dhcp') dhcp(card);
    else if (spec.ipv4 !== 'off') {
      const { address, gateway } = spec.ipv4;
      void use(card, {
        address,
        broadcast: undefined,
        routes: gateway === undefined ? [] : [{ to: 'default', via: gateway }],
        dns: [],
        search: [],
        mtu: undefined,
      });
    }
  }

  const carrier = (name: string): boolean => sys(name, 'carrier') === '1';
  const specOf = (name: string): PeConfigInterface | undefined =>
    interfaceConfig(settings, name, exists(`/sys/class/net/${name}/device`));

  function scan(): void {
    for (const name of list('/sys/class/net')) {
      if (cards.has(name) || ignored.has(name) || emptied.has(name)) continue;
      const spec = specOf(name);
      if (spec === undefined) ignored.add(name);
      else configure(name, spec);
    }
    for (const name of [...cards.keys(), ...ignored]) {
      if (exists(`/sys/class/net/${name}`)) continue;
      ignored.delete(name);
      if (!cards.delete(name)) continue;
      services.stop(`dhcp6-${name}`, () => undefined);
      services.stop(`dhcp-${name}`, () => log(`network: ${name} has gone`));
    }
  }

  const stopped = (service: string): Promise<void> =>
    new Promise((resolve) => {
      services.stop(service, () => {
        resolve();
      });
    });

  /** Takes from a card what it has. It is taken on again when it is empty. */
  async function empty(name: string): Promise<void> {
    cards.delete(name);
    emptied.add(name);
    await Promise.all([stopped(`dhcp6-${name}`), stopped(`dhcp-${name}`)]);
    ipv6Setting(name, 'disable_ipv6', true);
    await ip([['ip', 'addr', 'flush', 'dev', name, 'scope', 'global']], name);
    if (specOf(name) === undefined) ipv6Setting(name, 'disable_ipv6', false);
    emptied.delete(name);
    writeResolver();
    scan();
    changed();
  }

  linkUp('lo');
  writeResolver();

  return {
    scan,
    reconfigure(fresh) {
      const before = new Map([...cards.keys()].map((name) => [name, JSON.stringify(specOf(name))]));
      settings = fresh;
      ignored.clear();
      for (const [name, spec] of before) if (JSON.stringify(specOf(name)) !== spec) void empty(name);
      writeResolver();
      scan();
    },
    askDhcp6() {
      for (const card of cards.values()) {
        if (!card.autoIpv6 || card.asksDhcp6 || !carrier(card.name)) continue;
        card.asksDhcp6 = true;
        dhcp6(card);
      }
    },
    settled: () =>
      emptied.size === 0 &&
      [...cards.values()].every(({ name, configured, upAt }) => {
        const waited = now() - upAt;
        return configured || waited > leaseLimit || (waited > carrierLimit && !carrier(name));
      }),
    addresses: () =>
      [
        ...ipv4Addresses(readText('/proc/net/fib_trie') ?? '', readText('/proc/net/route') ?? ''),
        ...ipv6Addresses(readText('/proc/net/if_inet6') ?? ''),
      ].filter((address) => address.interface !== bridgeName),
    note() {
      if (cards.size === 0) return 'no network card is in use';
      return [...cards.keys()].some(carrier) ? 'waiting for an address' : 'no cable is plugged in';
    },
  };
}
