import { list, readText } from '../host.ts';
import { ipv4Addresses, ipv6Addresses } from '../lib/addresses.ts';
import { bridgeName } from '../lib/systems/network/bridge.ts';

/** A network card of the machine, and what else carries packets but what is for systems. */
export interface Card {
  readonly name: string;
  readonly mac: string;
  /** A cable is plugged in and something answers at its other end. */
  readonly link: boolean;
  /** With their prefix lengths; IPv4 first. */
  readonly addresses: readonly string[];
}

export const ownCards = (): string[] =>
  list('/sys/class/net').filter(
    (name) => name !== 'lo' && name !== bridgeName && !name.startsWith('pe-') && name !== 'bonding_masters',
  );

export function cards(): Card[] {
  const addresses = [
    ...ipv4Addresses(readText('/proc/net/fib_trie') ?? '', readText('/proc/net/route') ?? ''),
    ...ipv6Addresses(readText('/proc/net/if_inet6') ?? ''),
  ];
  const sys = (name: string, file: string): string =>
    (readText(`/sys/class/net/${name}/${file}`) ?? '').trim();
  return ownCards().map((name) => ({
    name,
    mac: sys(name, 'address'),
    link: sys(name, 'carrier') === '1',
    addresses: addresses
      .filter((one) => one.interface === name)
      .map(({ address, prefix }) => `${address}/${prefix}`),
  }));
}

/** As programs of the PE ask them. */
export const nameServers = (): string[] =>
  [...(readText('/etc/resolv.conf') ?? '').matchAll(/^nameserver\s+(\S+)/gm)].map((match) => match[1] ?? '');
