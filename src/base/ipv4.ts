/** A network such as 10.88.0.0/24. */
export interface Network4 {
  /** Its lowest address, as a number. */
  readonly base: number;
  readonly prefix: number;
}

export const ipv4Number = (text: string): number =>
  text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

export const ipv4Text = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

export const sizeOf = ({ prefix }: Network4): number => 2 ** (32 - prefix);
export const network4Text = ({ base, prefix }: Network4): string => `${ipv4Text(base)}/${prefix}`;

/** Bits of the address behind the prefix are cut off; `undefined`: no network. */
export function parseNetwork4(text: string): Network4 | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
  const prefix = Number(match?.[2]);
  const address = match?.[1] ?? '';
  if (match === null || prefix > 32 || address.split('.').some((part) => Number(part) > 255))
    return undefined;
  const size = 2 ** (32 - prefix);
  return { base: Math.floor(ipv4Number(address) / size) * size, prefix };
}

export const contains = (network: Network4, address: number): boolean =>
  address >= network.base && address < network.base + sizeOf(network);

export const overlap = (a: Network4, b: Network4): boolean => contains(a, b.base) || contains(b, a.base);

/** The one that the PE has in a network: the first. */
export const gatewayOf = (network: Network4): string => ipv4Text(network.base + 1);

/** Whether a system can have it: of the network, and neither its first two nor its last. */
export const isForSystems = (network: Network4, address: number): boolean =>
  address > network.base + 1 && address < network.base + sizeOf(network) - 1;
