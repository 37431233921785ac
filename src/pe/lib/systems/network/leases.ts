import type { Member } from './member.ts';

/**
 * The leases that dnsmasq has noted, without those of addresses that are another system's by now: it would keep them for the
 * earlier one until they run out. `undefined`: there is none of that kind. Those of IPv6 name no card and stay: a card makes that
 * address by itself, or is given it from outside.
 * @param text lines `EXPIRY HARDWARE-ADDRESS IPV4 NAME ID`; behind one of `duid …`, `EXPIRY IAID IPV6 NAME DUID`
 */
export function withoutStale(text: string, members: readonly Member[]): string | undefined {
  const isStale = (line: string): boolean => {
    const [, card, address] = line.split(' ');
    return members.some(({ ipv4, mac }) => ipv4 === address && mac !== card);
  };
  const lines = text.split('\n');
  const kept = lines.filter((line) => !isStale(line));
  return kept.length === lines.length ? undefined : kept.join('\n');
}
