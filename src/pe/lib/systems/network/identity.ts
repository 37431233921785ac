/** What a system is on a network, made from its name: the same at every start. */

const mask = (1n << 64n) - 1n;

/** 64 bits: FNV-1a, then mixed so that every letter counts in every bit (MurmurHash3's finalizer). */
export function hash64(text: string): bigint {
  // In halves of 32 bits: QuickJS is slow with large numbers. The prime is 2^40 + 0x1b3.
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (let i = 0; i < text.length; i += 1) {
    low = (low ^ text.charCodeAt(i)) >>> 0;
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  let hash = (BigInt(high) << 32n) | BigInt(low);
  hash = ((hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn) & mask;
  hash = ((hash ^ (hash >> 33n)) * 0xc4ceb9fe1a85ec53n) & mask;
  return hash ^ (hash >> 33n);
}

/** A hardware address of the kind that everybody may give (locally administered); no other machine's system has it. */
export function macOf(name: string, machineId: string): string {
  const digits = hash64(`${machineId} ${name}`).toString(16).padStart(16, '0');
  return ['02', ...(digits.slice(0, 10).match(/../g) ?? [])].join(':');
}

/** Longest name of a network interface. */
const longest = 15;

/** What the PE's ends of systems' cables are called, and no other interface. */
export const portPrefix = 'pe-';

/** The PE's end of a system's cable. Two systems never have one name: `_` cannot stand in theirs. */
export function portOf(name: string): string {
  const plain = `${portPrefix}${name}`;
  if (plain.length <= longest) return plain;
  const digits = hash64(name).toString(16).padStart(16, '0').slice(0, 7);
  return `${portPrefix}${name.slice(0, 4)}_${digits}`;
}
