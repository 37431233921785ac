/**
 * Bytes that a zstd file unpacks to, where its first frame says so and it is one written from a file (RFC 8878, section
 * 3.1.1.1); `undefined` where it does not.
 */
export function zstdUnpackedSize(start: Buffer): number | undefined {
  if (start.length < 18 || start.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const descriptor = start.readUInt8(4);
  const single = (descriptor & 0x20) !== 0;
  const idBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (single ? 0 : 1) + idBytes;
  switch (descriptor >> 6) {
    case 0:
      return single ? start.readUInt8(at) : undefined;
    case 1:
      return start.readUInt16LE(at) + 256;
    case 2:
      return start.readUInt32LE(at);
    default:
      return Number(start.readBigUInt64LE(at));
  }
}
