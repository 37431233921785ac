import type { PeConfig, PeConfigInterface } from '../../base/pe-config.ts';
import { exists, list, now, readText, replaceFile, run, writeText } from '../host.ts';
import { type Address, ipv4Addresses, ipv6Addresses } from '../lib/addresses.ts';
import {
  fromLease,
  type Ipv4Config,
  interfaceConfig,
  ipv4Commands,
  ipv6Commands,
  parseLease,
  resolvConf,
  shellLine,
} from '../lib/network-config.ts';
import { log } from './log.ts';
import type { Services } from './services.ts';

const carrierLimit = 1000; // milliseconds that a card without a cable holds up the boot
const leaseLimit = 5000;

interface Card {
  readonly name: string;
  readonly upAt: number;
  configured: boolean;
  lease: Ipv4Config | undefined;
}

export interface Network {
  /** Takes on interfaces that have come. */
  readonly scan: () => void;
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

  function writeResolver(): void {
    const leases = [...cards.values()].flatMap(({ lease }) => (lease === undefined ? [] : [lease]));
    replaceFile('/etc/resolv.conf', resolvConf(config.network, leases));
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

  function dhcp(card: Card): void {
    let lines: string[] | undefined;
    const line = (text: string): void => {
      if (text.startsWith('event=')) lines = [text];
      else if (lines === undefined) log(`dhcp-${card.name}: ${text}`);
      else if (text !== 'end') lines.push(text);
      else {
        leaseEvent(card, parseLease(lines));
        lines = undefined;
      }
    };
    services.add(
      `dhcp-${card.name}`,
      {
        run: [
          ...['/usr/bin/busybox', 'udhcpc', '-f', '-i', card.name, '-s', '/usr/lib/diskbios/udhcpc-event'],
          ...['-t', '4', '-T', '2', '-A', '10', '-x', `hostname:${config.hostname}`],
          ...['-O', 'search', '-O', 'staticroutes', '-O', 'mtu'],
        ],
        after: [],
        restart: 'always',
        env: {},
        enabled: true,
      },
      line,
    );
  }

  function configure(name: string, spec: PeConfigInterface): void {
    const ipv6 = `/proc/sys/net/ipv6/conf/${name}`;
    if (spec.ipv6 === 'off') writeText(`${ipv6}/disable_ipv6`, '1');
    else if (spec.ipv6 !== 'auto') writeText(`${ipv6}/accept_ra`, '0');
    linkUp(name);
    const card: Card = { name, upAt: now(), configured: spec.ipv4 === 'off', lease: undefined };
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
  linkUp('lo');
  writeResolver();

  return {
    scan() {
      for (const name of list('/sys/class/net')) {
        if (cards.has(name) || ignored.has(name)) continue;
        const spec = interfaceConfig(config.network, name, exists(`/sys/class/net/${name}/device`));
        if (spec === undefined) ignored.add(name);
        else configure(name, spec);
      }
      for (const name of [...cards.keys(), ...ignored]) {
        if (exists(`/sys/class/net/${name}`)) continue;
        ignored.delete(name);
        if (cards.delete(name)) services.stop(`dhcp-${name}`, () => log(`network: ${name} has gone`));
      }
    },
    settled: () =>
      [...cards.values()].every(({ name, configured, upAt }) => {
        const waited = now() - upAt;
        return configured || waited > leaseLimit || (waited > carrierLimit && !carrier(name));
      }),
    addresses: () => [
      ...ipv4Addresses(readText('/proc/net/fib_trie') ?? '', readText('/proc/net/route') ?? ''),
      ...ipv6Addresses(readText('/proc/net/if_inet6') ?? ''),
    ],
    note() {
      if (cards.size === 0) return 'no network card is in use';
      return [...cards.keys()].some(carrier) ? 'waiting for an address' : 'no cable is plugged in';
    },
  };
}
