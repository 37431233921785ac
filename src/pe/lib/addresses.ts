import { shortenIpv6 } from '../../base/ipv6.ts';

/** An address that the machine can be reached at. */
export interface Address {
  readonly interface: string;
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefix: number;
}

const toNumber = (dotted: string): number =>
  dotted.split('.').reduce((sum, part) => sum * 256 + Number.parseInt(part, 10), 0);

/** `/proc/net/route`'s numbers are in the byte order of the machine (little endian). */
const swap = (hex: string): number => Number.parseInt((hex.match(/../g) ?? []).reverse().join(''), 16);

/** The machine's own IPv4 addresses from `/proc/net/fib_trie`, their interfaces from `/proc/net/route`. Loopback is left out. */
export function ipv4Addresses(trie: string, routes: string): Address[] {
  const nets = routes
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .map(([name = '', destination = '', gateway = '', , , , , mask = '']) => ({
      name,
      destination: swap(destination),
      gateway,
      prefix: (mask === '' ? 0 : swap(mask)).toString(2).replaceAll('0', '').length,
    }))
    .filter((net) => net.gateway === '00000000' && net.prefix > 0)
    .sort((a, b) => b.prefix - a.prefix);
  const local = [...trie.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g)].map((match) => match[1] ?? '');
  return [...new Set(local)]
    .filter((address) => !address.startsWith('127.'))
    .map((address) => {
      const value = toNumber(address);
      const net = nets.find(
        ({ destination, prefix }) =>
          Math.floor(value / 2 ** (32 - prefix)) === Math.floor(destination / 2 ** (32 - prefix)),
      );
      return { interface: net?.name ?? '', family: 4, address, prefix: net?.prefix ?? 32 };
    });
}

/** Usable IPv6 addresses from `/proc/net/if_inet6`: global ones that are not tentative, temporary or deprecated. */
export function ipv6Addresses(table: string): Address[] {
  const unusable = 0x40 | 0x20 | 0x08 | 0x01; // tentative, deprecated, duplicate, temporary
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 6 && (fields[3] === '00' || fields[3] === '40'))
    .filter((fields) => (Number.parseInt(fields[4] ?? '', 16) & unusable) === 0)
    .map(([digits = '', , prefix = '', , , name = '']) => ({
      interface: name,
      family: 6,
      address: shortenIpv6(digits),
      prefix: Number.parseInt(prefix, 16),
    }));
}
