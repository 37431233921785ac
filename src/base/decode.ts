/** UTF-8 bytes as text; what is not UTF-8 is read as Latin-1. QuickJS has no TextDecoder. */
export function decode(bytes: readonly number[]): string {
  const escaped = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  try {
    return decodeURIComponent(escaped);
  } catch {
    return String.fromCharCode(...bytes);
  }
}
