import { ipv4Number, ipv4Text, isForSystems, network4Text, sizeOf } from '../../../../base/ipv4.ts';
import { autoAddress, ipv6Digits, tidyIpv6 } from '../../../../base/ipv6.ts';
import type { PortForward, SystemFile } from '../../../../base/system.ts';
import { ipv6Problem } from '../../../../base/system-file.ts';
import { type Bridge, bridgeName, networksOf } from './bridge.ts';
import { hash64, macOf, portOf } from './identity.ts';

/** A system on the bridge: `<run folder>/network.json` while it runs. */
export interface Member {
  readonly name: string;
  /** The PE's end of its cable. */
  readonly port: string;
  readonly mac: string;
  /** Reserved for it, whether it has asked for it yet or not. */
  readonly ipv4: string;
  readonly ipv6: string | undefined;
  /** What its card makes of the PE's advertisements by itself; the same, unless another was asked for. */
  readonly auto6: string | undefined;
  readonly forwards: readonly PortForward[];
}

type BridgeWish = Extract<SystemFile['network'], { kind: 'bridge' }>;

/** What is known of the others when a system joins. */
export interface Others {
  /** On the bridge now. */
  readonly members: readonly Member[];
  /** IPv4 addresses that are another system's by its settings. */
  readonly promised: readonly { readonly name: string; readonly ipv4: string }[];
}

/** The place of a system on the bridge, or what keeps it from having one, each with what to do. */
export function memberOf(
  name: string,
  wish: BridgeWish,
  bridge: Bridge,
  machineId: string,
  others: Others,
): { readonly member: Member | undefined; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const { v6 } = networksOf(bridge);
  const mac = macOf(name, machineId);
  const members = others.members.filter((one) => one.name !== name);
  const ipv4 =
    wish.ipv4 === undefined
      ? freeAddress(name, bridge, { ...others, members })
      : ipv4Text(ipv4Number(wish.ipv4));
  if (ipv4 === undefined) problems.push(`every address of ${bridge.ipv4} is taken: stop other systems`);
  else if (wish.ipv4 !== undefined) problems.push(...fixed4Problems(name, ipv4, bridge, members));
  const auto6 = v6 === undefined ? undefined : autoAddress(v6.prefix, mac);
  const ipv6 = wish.ipv6 === undefined ? auto6 : tidyIpv6(wish.ipv6);
  if (wish.ipv6 !== undefined) problems.push(...fixed6Problems(name, wish.ipv6, bridge, members));
  if (ipv4 === undefined || problems.length > 0) return { member: undefined, problems };
  return { member: { name, port: portOf(name), mac, ipv4, ipv6, auto6, forwards: wish.forwards }, problems };
}

/**
 * Addresses that are set on the card from outside: what was fixed a system is to have, whether it asks for it or not. What the
 * card makes of advertisements needs nobody to ask.
 */
export function givenAddresses(
  bridge: Bridge,
  { ipv4, ipv6, auto6 }: Member,
  given: { readonly ipv4: boolean },
): { readonly ipv4?: string; readonly gateway?: string; readonly ipv6?: string } {
  const { v4, gateway4 } = networksOf(bridge);
  return {
    ...(given.ipv4 ? { ipv4: `${ipv4}/${v4.prefix}`, gateway: gateway4 } : {}),
    ...(ipv6 === undefined || ipv6 === auto6 ? {} : { ipv6: `${ipv6}/64` }),
  };
}

const change = (name: string, key: 'ipv4' | 'ipv6'): string =>
  `systemx set ${name} network.${key}=dhcp, or another address`;

function fixed4Problems(name: string, address: string, bridge: Bridge, members: readonly Member[]): string[] {
  const { v4, gateway4 } = networksOf(bridge);
  const holder = address === gateway4 ? 'the PE' : members.find((one) => one.ipv4 === address)?.name;
  if (holder !== undefined) return [`its address ${address} is that of ${holder}: ${change(name, 'ipv4')}`];
  if (isForSystems(v4, ipv4Number(address))) return [];
  return [
    `${address} is no address for a system in ${network4Text(v4)}, the network of ${bridgeName}: ${change(name, 'ipv4')}`,
  ];
}

function fixed6Problems(name: string, text: string, bridge: Bridge, members: readonly Member[]): string[] {
  const { v6 } = networksOf(bridge);
  if (v6 === undefined)
    return [`its address ${text} is of no use: ${bridgeName} has no IPv6: ${change(name, 'ipv6')}`];
  const digits = ipv6Digits(text);
  const address = tidyIpv6(text);
  if (digits === undefined) return [`its address ${text} ${ipv6Problem('') ?? ''}: ${change(name, 'ipv6')}`];
  const holder = address === v6.gateway ? 'the PE' : members.find((one) => one.ipv6 === address)?.name;
  if (holder !== undefined)
    return [`its address ${address ?? text} is that of ${holder}: ${change(name, 'ipv6')}`];
  if (digits.startsWith(v6.prefix) && !/^0+$/.test(digits.slice(16))) return [];
  return [
    `${text} is no address for a system in ${v6.network}, the network of ${bridgeName}: ${change(name, 'ipv6')}`,
  ];
}

/** The address that a system's name leads to, or the next that nobody has: mostly the same at every start. */
function freeAddress(name: string, bridge: Bridge, { members, promised }: Others): string | undefined {
  const { v4 } = networksOf(bridge);
  const taken = new Set([
    ...members.map(({ ipv4 }) => ipv4Number(ipv4)),
    ...promised.filter((one) => one.name !== name).map(({ ipv4 }) => ipv4Number(ipv4)),
  ]);
  const count = sizeOf(v4) - 3;
  if (count < 1) return undefined;
  const first = Number(hash64(name) % BigInt(count));
  for (let step = 0; step < count; step += 1) {
    const address = v4.base + 2 + ((first + step) % count);
    if (!taken.has(address)) return ipv4Text(address);
  }
  return undefined;
}
