import { network4Text } from '../../../../base/ipv4.ts';
import { linkLocal } from '../../../../base/ipv6.ts';
import { type Bridge, bridgeName, type Networks, networksOf } from './bridge.ts';
import { portPrefix } from './identity.ts';
import type { Member } from './member.ts';

/** Of our tables, one for each family; nobody else's are touched. */
export const tableName = 'diskbios';

type Lines = readonly string[];

/** Indented by one tab each. */
const block = (head: string, lines: Lines): Lines => [`${head} {`, ...lines.map((line) => `\t${line}`), '}'];
const chain = (name: string, lines: Lines): Lines => block(`chain ${name}`, lines);
const named = (kind: 'set' | 'map', { name, type, elements }: Elements): Lines =>
  block(`${kind} ${name}`, [
    `type ${type}`,
    ...(elements.length === 0 ? [] : [`elements = { ${elements.join(', ')} }`]),
  ]);
const quoted = (name: string): string => `"${name}"`;
const bridge = quoted(bridgeName);

/**
 * The packet filter of the systems' network, for `nft -f`, which takes it as a whole or not at all (man 8 nft).
 * @param members all systems that are on the bridge
 */
export function nftText(facts: Bridge, members: readonly Member[]): string {
  const networks = networksOf(facts);
  return [
    '# Written by the PE for its systems; replaced as a whole whenever one of them starts or ends.',
    ...afresh('inet'),
    ...block(`table inet ${tableName}`, [
      ...forwardElements(members, networks).flatMap((one) => named('map', one)),
      ...input(networks),
      ...forward(facts),
      ...nat(networks),
    ]),
    ...afresh('bridge'),
    ...block(`table bridge ${tableName}`, guard(facts, members, networks)),
    '',
  ].join('\n');
}

/**
 * What there is to add to a filter that was written with other members, for `nft -f`. It takes a fraction of the time of the
 * whole; where the filter is not as it was written, nft refuses.
 */
export function nftAdditions(facts: Bridge, added: readonly Member[]): string {
  const networks = networksOf(facts);
  const to = (family: string, { name, elements }: Elements): Lines =>
    elements.length === 0 ? [] : [`add element ${family} ${tableName} ${name} { ${elements.join(', ')} }`];
  return [
    ...forwardElements(added, networks).flatMap((one) => to('inet', one)),
    ...guardElements(added, networks).flatMap((one) => to('bridge', one)),
    '',
  ].join('\n');
}

/** Of a set or map. */
interface Elements {
  readonly name: string;
  readonly type: string;
  readonly elements: Lines;
}

/** Adding what is there is no mistake; removing what is not there is one. */
const afresh = (family: string): Lines => [
  `add table ${family} ${tableName}`,
  `delete table ${family} ${tableName}`,
];

/** Maps: where ports of the PE lead to. */
function forwardElements(members: readonly Member[], { v6 }: Networks): readonly Elements[] {
  const elements = (address: (member: Member) => string | undefined): Lines =>
    members.flatMap((member) => {
      const to = address(member);
      return to === undefined
        ? []
        : member.forwards.map((one) => `${one.protocol} . ${one.port} : ${to} . ${one.to}`);
    });
  const key = 'inet_proto . inet_service';
  return [
    { name: 'forwards4', type: `${key} : ipv4_addr . inet_service`, elements: elements(({ ipv4 }) => ipv4) },
    ...(v6 === undefined
      ? []
      : [
          {
            name: 'forwards6',
            type: `${key} : ipv6_addr . inet_service`,
            elements: elements(({ ipv6 }) => ipv6),
          },
        ]),
  ];
}

/** Sets: which addresses are whose. */
function guardElements(members: readonly Member[], { v6 }: Networks): readonly Elements[] {
  const of = (value: (member: Member) => readonly string[]): Lines =>
    members.flatMap((member) => value(member).map((one) => `${quoted(member.port)} . ${one}`));
  return [
    { name: 'macs', type: 'ifname . ether_addr', elements: of(({ mac }) => [mac]) },
    { name: 'own4', type: 'ifname . ipv4_addr', elements: of(({ ipv4 }) => [ipv4]) },
    { name: 'own6', type: 'ifname . ipv6_addr', elements: v6 === undefined ? [] : of(own6) },
    { name: 'taken6', type: 'ipv6_addr', elements: v6 === undefined ? [] : members.flatMap(own6) },
  ];
}

const own6 = (member: Member): readonly string[] => [
  linkLocal(member.mac),
  ...new Set([member.ipv6 ?? [], member.auto6 ?? []].flat()),
];

/** What systems reach of the PE itself: DHCP, DNS and ping. */
function input({ gateway4, v6 }: Networks): Lines {
  const dns = 'meta l4proto { tcp, udp } th dport 53 accept';
  return chain('input', [
    'type filter hook input priority filter; policy accept;',
    `iifname != ${bridge} accept`,
    // `route_localnet` of the bridge, which the PE needs for its own programs, would let these in.
    'ip daddr 127.0.0.0/8 ct state new drop',
    'ct state established,related accept',
    'ct state invalid drop',
    'udp dport 67 accept',
    `ip daddr ${gateway4} ${dns}`,
    'icmp type echo-request accept',
    ...(v6 === undefined
      ? []
      : [
          'udp dport 547 accept',
          `ip6 daddr ${v6.gateway} ${dns}`,
          'icmpv6 type { echo-request, nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, mld-listener-report, mld-listener-done, mld2-listener-report } accept',
        ]),
    'reject with icmpx admin-prohibited',
  ]);
}

function forward({ routes }: Bridge): Lines {
  return chain('forward', [
    'type filter hook forward priority filter; policy accept;',
    `iifname ${bridge} ct state invalid drop`,
    `iifname ${bridge} accept`,
    `oifname ${bridge} ct state established,related accept`,
    `oifname ${bridge} ct status dnat accept`,
    `oifname ${bridge} reject with icmpx admin-prohibited`,
    // The PE was no router before it had systems, and is none for others now.
    ...(routes ? [] : ['drop']),
  ]);
}

function nat({ v4, gateway4, v6 }: Networks): Lines {
  const network4 = network4Text(v4);
  const port = 'meta l4proto . th dport';
  const led = [
    // The PE's own, on the bridge, stays: systems live on it.
    `ip daddr ${gateway4} meta l4proto { tcp, udp } th dport { 53, 67 } accept`,
    ...(v6 === undefined ? [] : [`ip6 daddr ${v6.gateway} meta l4proto { tcp, udp } th dport 53 accept`]),
    `meta l4proto { tcp, udp } fib daddr type local dnat ip to ${port} map @forwards4`,
    ...(v6 === undefined
      ? []
      : [
          `meta l4proto { tcp, udp } ip6 daddr != ::1 fib daddr type local dnat ip6 to ${port} map @forwards6`,
        ]),
  ];
  return [
    ...chain('prerouting', ['type nat hook prerouting priority dstnat; policy accept;', ...led]),
    // Of the PE's own programs.
    ...chain('output', ['type nat hook output priority -100; policy accept;', ...led]),
    ...chain('postrouting', [
      'type nat hook postrouting priority srcnat; policy accept;',
      // From one system by a port of the PE to another: the answer has to come back the same way.
      `oifname ${bridge} ip saddr { 127.0.0.0/8, ${network4} } ct status dnat masquerade`,
      ...(v6 === undefined
        ? []
        : [`oifname ${bridge} ip6 saddr { ::1, ${v6.network} } ct status dnat masquerade`]),
      `oifname != { ${bridge}, "lo" } ip saddr ${network4} masquerade`,
      ...(v6 === undefined ? [] : [`oifname != { ${bridge}, "lo" } ip6 saddr ${v6.network} masquerade`]),
    ]),
  ];
}

/** No system speaks with the addresses of another, nor plays the router or the DHCP server. */
function guard({ mac }: Bridge, members: readonly Member[], { v4, gateway4, v6 }: Networks): Lines {
  const sets = guardElements(members, { v4, gateway4, v6 });
  const ofThePe = v6 === undefined ? [] : [v6.gateway, linkLocal(mac)];
  return [
    ...sets.flatMap((one) =>
      named('set', one.name === 'taken6' ? { ...one, elements: [...ofThePe, ...one.elements] } : one),
    ),
    ...chain('prerouting', [
      'type filter hook prerouting priority -300; policy accept;',
      // One that is not (yet) known to the sets gets nothing through.
      `iifname != ${quoted(`${portPrefix}*`)} accept`,
      'iifname . ether saddr != @macs drop',
      'ether type vmap { arp : goto from_arp, ip : goto from_ipv4, ip6 : goto from_ipv6 }',
      'drop',
    ]),
    ...chain('from_arp', [
      'iifname . arp saddr ether != @macs drop',
      'iifname . arp saddr ip @own4 accept',
      'arp saddr ip 0.0.0.0 accept',
      'drop',
    ]),
    ...chain('from_ipv4', [
      'udp sport 67 drop',
      'iifname . ip saddr @own4 accept',
      `ip saddr 0.0.0.0 ip daddr { 255.255.255.255, ${gateway4} } udp dport 67 accept`,
      'drop',
    ]),
    ...chain('from_ipv6', v6 === undefined ? ['drop'] : guard6(v6.network)),
  ];
}

/** Beside its reserved ones a system may make addresses of its own, such as those that change for privacy. */
const guard6 = (network: string): Lines => [
  'udp sport 547 drop',
  'icmpv6 type { nd-router-advert, nd-redirect } drop',
  'icmpv6 type nd-neighbor-advert icmpv6 taddr @taken6 iifname . icmpv6 taddr != @own6 drop',
  'iifname . ip6 saddr @own6 accept',
  'ip6 saddr @taken6 drop',
  `ip6 saddr { ::, fe80::/10, ${network} } accept`,
  'drop',
];
