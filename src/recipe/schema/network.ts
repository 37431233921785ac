import { list, map, type SchemaNode, text, words } from './node.ts';

function addresses(
  family: string,
  automatic: string,
  meaning: string,
  example: string,
  gateway: string,
): SchemaNode {
  return {
    description: `${family}: \`${automatic}\` (${meaning}), \`off\`, or a map with \`address\` and \`gateway\`.`,
    default: automatic,
    'x-expected': `${automatic}, off, or a map such as { address: ${example}, gateway: ${gateway} }`,
    anyOf: [
      { type: 'string', enum: [automatic, 'off'] },
      map(
        `A fixed ${family} address.`,
        {
          address: text('Address with its prefix length.', { 'x-expected': `an address such as ${example}` }),
          gateway: text('Address of the default gateway; without it there is no default route.', {
            'x-expected': `an address such as ${gateway}`,
          }),
        },
        { required: ['address'] },
      ),
    ],
  };
}

const networkInterface = map(
  'How an interface gets its addresses.',
  {
    match: text('Name of the interface, or a glob such as `en*`; the first that matches counts.', {
      pattern: '^[A-Za-z0-9_.:*?-]{1,32}$',
      'x-expected': 'an interface name such as eth0, or a glob such as en*',
    }),
    ipv4: addresses('IPv4', 'dhcp', 'ask a DHCP server', '192.0.2.10/24', '192.0.2.1'),
    ipv6: addresses(
      'IPv6',
      'auto',
      'router advertisements, and a DHCPv6 server where there is one',
      '2001:db8::10/64',
      '2001:db8::1',
    ),
  },
  { required: ['match'] },
);

/** A network card without an entry here is left alone. */
export const networkSchema = map(
  'Wired network of the PE.',
  {
    dns: words(
      'Addresses of name servers beside those that DHCP tells.',
      { 'x-expected': 'an IP address' },
      { default: [] },
    ),
    search: words(
      'Domains in which short host names are looked up.',
      { 'x-expected': 'a domain name' },
      { default: [] },
    ),
    interfaces: list(
      'Per interface; items of a child recipe come before the inherited ones, since the first match counts.',
      networkInterface,
      { 'x-merge': 'by match', default: [] },
    ),
  },
  { default: {} },
);
