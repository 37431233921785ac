import {
  contains,
  gatewayOf,
  ipv4Number,
  type Network4,
  network4Text,
  overlap,
  parseNetwork4,
} from '../../../../base/ipv4.ts';
import { gateway6Of, network6Text, prefixDigits } from '../../../../base/ipv6.ts';

/** The network that systems are on behind the PE. `/run/diskbios/network/bridge.json` while it is there. */
export interface Bridge {
  /** `10.88.0.0/24`. */
  readonly ipv4: string;
  /** `fd12:3456:789a::/64`; `undefined`: without IPv6. */
  readonly ipv6: string | undefined;
  /** The PE's own hardware address on it. */
  readonly mac: string;
  /** Name of the PE that systems know it by. */
  readonly hostname: string;
  /** The PE hands on packets between its cards, by somebody else's wish; without it, only those from and to systems. */
  readonly routes: boolean;
}

export const bridgeName = 'pe0';
/** Domain of the names that the PE answers for. */
export const domain = 'pe';

/** The two networks of a bridge, taken apart. */
export interface Networks {
  readonly v4: Network4;
  readonly gateway4: string;
  readonly v6: { readonly prefix: string; readonly network: string; readonly gateway: string } | undefined;
}

export function networksOf(bridge: Pick<Bridge, 'ipv4' | 'ipv6'>): Networks {
  // Asked for again and again while a system starts, and long to take apart.
  if (last?.of.ipv4 !== bridge.ipv4 || last.of.ipv6 !== bridge.ipv6)
    last = { of: { ipv4: bridge.ipv4, ipv6: bridge.ipv6 }, networks: takeApart(bridge) };
  return last.networks;
}

let last: { readonly of: Pick<Bridge, 'ipv4' | 'ipv6'>; readonly networks: Networks } | undefined;

function takeApart({ ipv4, ipv6 }: Pick<Bridge, 'ipv4' | 'ipv6'>): Networks {
  const v4 = parseNetwork4(ipv4);
  if (v4 === undefined) throw new Error(`${ipv4} is no network`);
  const prefix = ipv6 === undefined ? undefined : prefixDigits(ipv6);
  return {
    v4,
    gateway4: gatewayOf(v4),
    v6:
      prefix === undefined
        ? undefined
        : { prefix, network: network6Text(prefix), gateway: gateway6Of(prefix) },
  };
}

/** What the surroundings of the machine use already. */
export interface Surroundings {
  readonly networks: readonly { readonly network: Network4; readonly card: string }[];
  /** Single addresses beyond, such as name servers. */
  readonly addresses: readonly string[];
}

/** Who has addresses of a network already, for people; `undefined`: nobody. */
export function clash(network: Network4, around: Surroundings): string | undefined {
  const route = around.networks.find((one) => one.network.prefix > 0 && overlap(one.network, network));
  if (route !== undefined) return `${route.card} (${network4Text(route.network)})`;
  const address = around.addresses.find((one) => contains(network, ipv4Number(one)));
  return address === undefined ? undefined : `the name server ${address}`;
}

/** What is tried in turn: the one of the last time, then private networks (RFC 1918). Made only as far as they are looked at. */
function* candidates(before: string | undefined): Generator<Network4> {
  const last = before === undefined ? undefined : parseNetwork4(before);
  if (last !== undefined && last.prefix <= 29) yield last;
  const block = (base: string, from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, n) => `${base}.${from + n}.0/24`);
  const all = [block('10.88', 0, 256), block('172.31', 0, 256).reverse(), block('192.168', 200, 256)];
  for (const text of all.flat()) {
    const network = parseNetwork4(text);
    if (network !== undefined) yield network;
  }
}

/**
 * The IPv4 network of the systems.
 * @param wished by the recipe or the person, taken whatever is around
 * @param before the one of the last time, taken as long as nobody else has it
 */
export function chooseNetwork4(
  wished: string | undefined,
  before: string | undefined,
  around: Surroundings,
): string {
  if (wished !== undefined) return wished;
  let first: Network4 | undefined;
  for (const network of candidates(before)) {
    if (clash(network, around) === undefined) return network4Text(network);
    first ??= network;
  }
  return network4Text(first as Network4);
}

/** A network of one's own for IPv6 (RFC 4193): 40 random bits. `uuid`: random, as the kernel gives it. */
export const makeNetwork6 = (uuid: string): string =>
  network6Text(`fd${uuid.replaceAll('-', '').slice(0, 10)}0000`);
