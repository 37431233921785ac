/** Shortest form of an IPv6 address given as 32 hexadecimal digits (RFC 5952). */
export function shortenIpv6(digits: string): string {
  const groups = (digits.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ''));
  const text = groups.join(':');
  const zeros = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return text;
  const before = text.slice(0, zeros.index);
  const behind = text.slice(zeros.index + zeros[0].length).replace(/^:/, '');
  return `${before}::${behind}`;
}

/** An address as 32 hexadecimal digits; `undefined`: it is none. */
export function ipv6Digits(text: string): string | undefined {
  const [head = '', tail, more] = text.toLowerCase().split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const behind = groups(tail ?? '');
  const missing = 8 - before.length - behind.length;
  if (more !== undefined || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...behind];
  return all.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? all.map((group) => group.padStart(4, '0')).join('')
    : undefined;
}

/** Shortest form; `undefined`: no address. */
export function tidyIpv6(text: string): string | undefined {
  const digits = ipv6Digits(text);
  return digits === undefined ? undefined : shortenIpv6(digits);
}

/** The upper 64 bits of `fd00:1:2:3::/64`, as 16 digits; `undefined`: it is no network of that size. */
export function prefixDigits(text: string): string | undefined {
  const [address = '', size] = text.split('/');
  const digits = size === '64' ? ipv6Digits(address) : undefined;
  return digits?.endsWith('0'.repeat(16)) === true ? digits.slice(0, 16) : undefined;
}

/** Lower 64 bits that a card gives itself (RFC 4291, appendix A), as 16 digits. */
function interfaceId(mac: string): string {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  bytes[0] = (bytes[0] ?? 0) ^ 2;
  bytes.splice(3, 0, 0xff, 0xfe);
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a card of that hardware address makes of a router's advertisement (RFC 4862). `prefix`: 16 digits. */
export const autoAddress = (prefix: string, mac: string): string =>
  shortenIpv6(`${prefix}${interfaceId(mac)}`);
export const linkLocal = (mac: string): string => autoAddress('fe80000000000000', mac);
/** The one that the PE has in a network. */
export const gateway6Of = (prefix: string): string => shortenIpv6(`${prefix}0000000000000001`);
export const network6Text = (prefix: string): string => `${shortenIpv6(prefix.padEnd(32, '0'))}/64`;
