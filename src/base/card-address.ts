import { contains, ipv4Number, network4Text, parseNetwork4, sizeOf } from './ipv4.ts';
import { tidyIpv6 } from './ipv6.ts';
import type { PeConfigInterface } from './pe-config.ts';
import { ipv4Problem, ipv6Problem } from './system-file.ts';

export type Family = 4 | 6;

/** What a card does about addresses of a family, beside fixed ones. */
export const automatic = { 4: 'dhcp', 6: 'auto' } as const;

export const cardValues = {
  4: 'dhcp, off, or ADDRESS/PREFIX[,GATEWAY] such as 192.0.2.7/24,192.0.2.1',
  6: 'auto, off, or ADDRESS/PREFIX[,GATEWAY] such as 2001:db8::7/64,2001:db8::1',
} as const;

/** A card's name, or a glob; `undefined`: it may be one. */
export const matchProblem = (text: string): string | undefined =>
  /^[\w.*?-]{1,15}$/.test(text) ? undefined : 'is no name of a card, nor a glob';

export const addressProblem =
  (family: Family) =>
  (text: string): string | undefined => {
    const [address = '', prefix = '', ...more] = text.split('/');
    const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
    const fits =
      isAddress(family, address) && more.length === 0 && bits >= 1 && bits <= (family === 4 ? 32 : 128);
    if (!fits)
      return `is no IPv${family} address with its prefix length, such as ${family === 4 ? '192.0.2.7/24' : '2001:db8::7/64'}`;
    return family === 4 ? placeProblem(address, text) : undefined;
  };

const isAddress = (family: Family, text: string): boolean =>
  family === 4
    ? ipv4Problem(text) === undefined
    : tidyIpv6(text) !== undefined && ipv6Problem(text) === undefined;

/** The first and the last address of a network are nobody's. */
function placeProblem(address: string, text: string): string | undefined {
  const network = parseNetwork4(text);
  if (network === undefined || network.prefix > 30) return undefined;
  const place = ipv4Number(address) - network.base;
  if (place === 0) return 'is the network itself, and no address in it';
  return place === sizeOf(network) - 1 ? 'is the broadcast address of its network' : undefined;
}

/** What is wrong with a gateway for a card that has this address. */
export function gatewayProblem(family: Family, gateway: string, address: string): string | undefined {
  if (!isAddress(family, gateway)) return `is no IPv${family} address`;
  if (gateway === address.split('/')[0]) return "is the card's own address";
  const network = family === 4 ? parseNetwork4(address) : undefined;
  // Hosters do hand out single addresses with a gateway elsewhere.
  if (network === undefined || network.prefix === 32 || contains(network, ipv4Number(gateway)))
    return undefined;
  return `is not in ${network4Text(network)}, the network of ${address}`;
}

type Spec = PeConfigInterface['ipv4'] | PeConfigInterface['ipv6'];

/** A card's setting from `dhcp`, `auto`, `off` or `ADDRESS/PREFIX[,GATEWAY]`, or what is wrong with it. */
export function parseCardValue(family: Family, text: string): { readonly value: Spec } | string {
  if (text === automatic[family] || text === 'off') return { value: text };
  const [address = '', gateway, ...more] = text.split(',');
  if (more.length > 0) return 'has more than an address and a gateway';
  const wrong = addressProblem(family)(address);
  if (wrong !== undefined) return wrong;
  if (gateway === undefined) return { value: { address } };
  const away = gatewayProblem(family, gateway, address);
  return away === undefined ? { value: { address, gateway } } : `: the gateway ${gateway} ${away}`;
}

export const cardValueText = (spec: Spec): string =>
  typeof spec === 'string' ? spec : [spec.address, spec.gateway ?? []].flat().join(',');
