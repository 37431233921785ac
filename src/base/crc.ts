/** What the bits of a byte add to a CRC of 32 bits, for a polynomial with its bits reversed. No Node types: compiled for QuickJS too. */
function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}

/** A CRC of 32 bits that begins with all bits set and is inverted in the end. */
export function crcOf(polynomial: number): (bytes: Uint8Array) => number {
  const table = crcTable(polynomial);
  return (bytes) => {
    let sum = 0xffffffff;
    for (const byte of bytes) sum = (sum >>> 8) ^ (table[(sum ^ byte) & 0xff] ?? 0);
    return (sum ^ 0xffffffff) >>> 0;
  };
}

/** CRC-32 as Ethernet, zip and GPT have it (ISO 3309). */
export const crc32 = crcOf(0xedb88320);
