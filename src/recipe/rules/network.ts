import { isIP, isIPv4, isIPv6 } from 'node:net';
import type { RawInterface } from '../raw.ts';
import { type Facts, type Rule, valueAt } from './rule.ts';

/** Addresses are addresses, gateways can be reached, and every interface's item can be the first that matches. */
export const networkRules: Rule = (facts) => {
  const { dns, search, interfaces } = facts.raw.pe.network;
  for (const [n, server] of dns.entries()) {
    if (isIP(server) !== 0) continue;
    facts.problems.error(
      'bad-address',
      valueAt(facts, ['pe', 'network', 'dns', n]),
      `\`${server}\` is no IP address`,
      {
        expected: 'an IP address, such as 192.0.2.53',
      },
    );
  }
  for (const [n, domain] of search.entries()) {
    if (/^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(domain))
      continue;
    facts.problems.error(
      'bad-value',
      valueAt(facts, ['pe', 'network', 'search', n]),
      `\`${domain}\` is no domain name`,
      {
        expected: 'a domain name, such as lan.example',
      },
    );
  }
  for (const [n, each] of interfaces.entries()) {
    checkAddress(facts, n, each, 'ipv4');
    checkAddress(facts, n, each, 'ipv6');
    const before = interfaces.slice(0, n).find((other) => other.match === '*');
    if (before !== undefined) {
      facts.problems.error(
        'no-effect',
        valueAt(facts, ['pe', 'network', 'interfaces', n, 'match']),
        `\`${each.match}\` has no effect: the item \`*\` before it matches every interface`,
        {
          expected: 'the item `*` last',
        },
      );
    }
  }
};

const families = {
  ipv4: { name: 'IPv4', bits: 32, is: isIPv4, example: '192.0.2.10/24' },
  ipv6: { name: 'IPv6', bits: 128, is: isIPv6, example: '2001:db8::10/64' },
} as const;

function checkAddress(facts: Facts, n: number, each: RawInterface, key: 'ipv4' | 'ipv6'): void {
  const value = each[key];
  if (typeof value === 'string') return;
  const { name, bits, is, example } = families[key];
  const path = ['pe', 'network', 'interfaces', n, key] as const;
  const [address = '', prefix, ...rest] = value.address.split('/');
  const length = Number(prefix);
  const right =
    is(address) && rest.length === 0 && /^\d{1,3}$/.test(prefix ?? '') && length >= 1 && length <= bits;
  if (!right) {
    const lacks = is(address) && prefix === undefined;
    facts.problems.error(
      'bad-address',
      valueAt(facts, [...path, 'address']),
      lacks
        ? `\`${value.address}\` lacks the prefix length`
        : `\`${value.address}\` is no ${name} address with a prefix length`,
      { expected: `an address such as ${example}` },
    );
  }
  if (value.gateway !== undefined && !is(value.gateway)) {
    facts.problems.error(
      'bad-address',
      valueAt(facts, [...path, 'gateway']),
      `\`${value.gateway}\` is no ${name} address`,
      {
        expected: `an address such as ${example.replace(/10\/.*/, '1')}`,
      },
    );
  } else if (
    right &&
    key === 'ipv4' &&
    value.gateway !== undefined &&
    !sameNetwork(address, value.gateway, length)
  ) {
    facts.problems.error(
      'bad-address',
      valueAt(facts, [...path, 'gateway']),
      `the gateway \`${value.gateway}\` is not in the network of ${value.address}`,
      {
        expected: 'an address that can be reached without a gateway',
      },
    );
  }
}

function sameNetwork(a: string, b: string, prefix: number): boolean {
  // Hosters do hand out single addresses with a gateway elsewhere.
  if (prefix === 32) return true;
  const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  return Math.floor(number(a) / size) === Math.floor(number(b) / size);
}
