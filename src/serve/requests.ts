/** What a machine of the network did, in one line. */
export interface Request {
  /** Its IPv4 address, as far as it is known. */
  readonly address?: string | undefined;
  readonly mac?: string | undefined;
  readonly by: 'DHCP' | 'PXE' | 'TFTP' | 'HTTP';
  /** `boot/vmlinuz`, `has the address 10.0.0.7` */
  readonly what: string;
  /** It got the whole of this file. */
  readonly whole?: string | undefined;
}

const mac = '((?:[0-9a-f]{2}:){5}[0-9a-f]{2})';
const address = '(\\d+(?:\\.\\d+){3})';
const patterns = {
  lease: new RegExp(`DHCPACK\\([^)]*\\) ${address} ${mac}`),
  told: new RegExp(`PXE\\([^)]*\\) (?:${address} )?${mac}`),
  sent: new RegExp(`tftp.*: sent (.+) to ${address}$`),
  missing: new RegExp(`tftp.*: file (.+) not found for ${address}$`),
  failed: new RegExp(`tftp.*: failed sending (.+) to ${address}$`),
};

/** What a line of dnsmasq's says of a machine; `undefined`: nothing that matters here. `root` is TFTP's folder. */
export function requestOf(line: string, root: string): Request | undefined {
  const below = (file = ''): string => (file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file);
  const lease = patterns.lease.exec(line);
  if (lease !== null) {
    return { by: 'DHCP', address: lease[1], mac: lease[2], what: `has the address ${lease[1] ?? ''}` };
  }
  const told = patterns.told.exec(line);
  if (told !== null) return { by: 'PXE', address: told[1], mac: told[2], what: 'is told what to start' };
  const sent = patterns.sent.exec(line);
  if (sent !== null) {
    const file = below(sent[1]);
    return { by: 'TFTP', address: sent[2], what: file, whole: file };
  }
  const missing = patterns.missing.exec(line);
  if (missing !== null)
    return { by: 'TFTP', address: missing[2], what: `${below(missing[1])}: there is no such file` };
  const failed = patterns.failed.exec(line);
  if (failed !== null) return { by: 'TFTP', address: failed[2], what: `${below(failed[1])}: broken off` };
  return undefined;
}

/** A request as a line for a person. */
export function requestLine({ mac: card, address: from, by, what }: Request): string {
  return `${[card, from].filter((one) => one !== undefined).join('  ')}  ${by}  ${what}`;
}

/** The MAC address that belongs to an IPv4 address, in the text of `/proc/net/arp`. */
export function macOf(from: string, arp: string): string | undefined {
  const fields = arp
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([first]) => first === from);
  const found = fields?.[3];
  return found === '00:00:00:00:00:00' ? undefined : found;
}
