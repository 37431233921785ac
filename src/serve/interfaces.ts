import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/suggest.ts';
import { run } from '../sys/run.ts';

/** A network card of this machine with an IPv4 address. */
export interface ServedInterface {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
}

type CardAddress = Pick<NetworkInterfaceInfo, 'address' | 'netmask' | 'family' | 'internal'>;

/** The addresses of a machine's cards, as Node has them (`os.networkInterfaces()`). */
export type Cards = Readonly<Record<string, readonly CardAddress[] | undefined>>;

/** The cards of this machine. Node leaves out those without a link, as a cable to a machine that is off has none. */
export async function cardsHere(): Promise<Cards> {
  try {
    return cardsOfIp((await run(['ip', '-j', '-4', 'address'])).stdout);
  } catch {
    return networkInterfaces();
  }
}

interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}

/** What `ip -j -4 address` says. */
export function cardsOfIp(json: string): Cards {
  const links = (JSON.parse(json) as Partial<IpLink>[]).filter(
    (link): link is IpLink => link.ifname !== undefined && link.addr_info !== undefined,
  );
  return Object.fromEntries(
    links.map(({ ifname, flags, addr_info: addresses }) => [
      ifname,
      addresses.map(({ local, prefixlen }) => ({
        ...{ address: local, netmask: netmaskOf(prefixlen), family: 'IPv4' as const },
        internal: flags.includes('LOOPBACK'),
      })),
    ]),
  );
}

function netmaskOf(bits: number): string {
  return [0, 8, 16, 24].map((at) => 256 - 2 ** (8 - Math.max(0, Math.min(8, bits - at)))).join('.');
}

/** The cards that could be served on, each with its first IPv4 address. */
export function interfacesOf(cards: Cards): ServedInterface[] {
  return Object.entries(cards).flatMap(([name, addresses = []]) => {
    const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
    return found === undefined ? [] : [{ name, address: found.address, netmask: found.netmask }];
  });
}

/** The card that was asked for, or the only one. Throws a `UserError` that lists them. */
export function chooseInterface(asked: string | undefined, cards: Cards): ServedInterface {
  const found = interfacesOf(cards);
  const list = found.map(({ name, address }) => `${name} (${address})`).join(', ');
  const expected =
    found.length === 0 ? 'a network card with an IPv4 address: this machine has none' : `one of: ${list}`;
  if (asked === undefined) {
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) return only;
    throw new UserError({
      code: 'which-interface',
      message:
        only === undefined ? 'there is no network to serve on' : 'there are several networks to serve on',
      expected: found.length === 0 ? expected : `--interface with ${expected}`,
    });
  }
  const chosen = found.find(({ name }) => name === asked);
  if (chosen !== undefined) return chosen;
  const near = nearest(
    asked,
    found.map(({ name }) => name),
  );
  throw new UserError({
    code: 'no-such-interface',
    message:
      cards[asked] === undefined
        ? `--interface ${asked}: there is no such network card`
        : `--interface ${asked}: it has no IPv4 address that others could reach`,
    expected,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  });
}

function number(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

/** Addresses that DHCP hands out. */
export interface DhcpRange {
  readonly first: string;
  readonly last: string;
}

/** `--dhcp FIRST-LAST`, both in the card's own network. Throws `UserError`. */
export function dhcpRange(text: string, { address, netmask }: ServedInterface): DhcpRange {
  const four = '(\\d{1,3}(?:\\.\\d{1,3}){3})';
  const [, first = '', last = ''] = new RegExp(`^${four}-${four}$`).exec(text) ?? [];
  const mask = number(netmask);
  // Of 32 bits, which JavaScript's own operators would take for signed ones.
  const network = (of: string): number => (number(of) & mask) >>> 0;
  const wrong = (message: string): UserError =>
    new UserError({
      code: 'bad-dhcp',
      message: `--dhcp ${text}: ${message}`,
      expected: `FIRST-LAST, addresses of the network of ${address}/${netmask}, such as ${example(address)}`,
    });
  if (first === '' || [first, last].some((one) => one.split('.').some((byte) => Number(byte) > 255)))
    throw wrong('these are no two addresses');
  if (network(first) !== network(address) || network(last) !== network(address))
    throw wrong('not both are of that network');
  if (number(first) > number(last)) throw wrong('the first comes after the last');
  if (number(first) <= number(address) && number(address) <= number(last))
    throw wrong(`${address} is this machine's own`);
  return { first, last };
}

function example(address: string): string {
  const base = address.split('.').slice(0, 3).join('.');
  return `${base}.100-${base}.199`;
}
