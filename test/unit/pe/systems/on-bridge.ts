import type { Bridge } from '../../../../src/pe/lib/systems/network/bridge.ts';
import { type Member, memberOf, type Others } from '../../../../src/pe/lib/systems/network/member.ts';

/** A bridge with two systems on it: one with everything set, one that leaves it to the PE. */

export const bridge: Bridge = {
  ipv4: '10.88.0.0/24',
  ipv6: 'fd12:3456:789a::/64',
  mac: '02:00:00:00:00:01',
  hostname: 'box',
  routes: false,
};
export const machine = '0123456789abcdef0123456789abcdef';
export const nobody: Others = { members: [], promised: [] };
export const dhcp = { kind: 'bridge', ipv4: undefined, ipv6: undefined, forwards: [] } as const;

export function member(
  name: string,
  over: Partial<Parameters<typeof memberOf>[1]> = {},
  others = nobody,
): Member {
  const { member: made, problems } = memberOf(name, { ...dhcp, ...over }, bridge, machine, others);
  if (made === undefined) throw new Error(problems.join('\n'));
  return made;
}

export const web = member('web', {
  ipv4: '10.88.0.20',
  ipv6: 'FD12:3456:789A::0080',
  forwards: [
    { protocol: 'tcp', port: 8080, to: 80 },
    { protocol: 'udp', port: 5353, to: 53 },
  ],
});
export const db = member('db');
