/** Base64 by RFC 4648, section 4. QuickJS has no `btoa`; in tables of twelve bits, since the agent turns megabytes with it. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const pad = 0x3d; // =

const sextets = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
/** Twelve bits → two characters, the first in the low byte. */
const pairs = Uint16Array.from(
  { length: 4096 },
  (_, bits) => (sextets[bits >> 6] ?? 0) | ((sextets[bits & 63] ?? 0) << 8),
);
/** Character → its six bits; 255: not of the alphabet. */
const values = new Uint8Array(256).fill(255);
for (const [value, letter] of sextets.entries()) values[letter] = value;

/** Length of the text for so many bytes. */
export function encodedLength(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Writes `bytes` as base64 into `into` from `at` on, as ASCII; gives the place behind it. */
export function encodeInto(bytes: Uint8Array, into: Uint8Array, at: number): number {
  const whole = bytes.length - (bytes.length % 3);
  let to = at;
  for (let i = 0; i < whole; i += 3) {
    const triple = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const high = pairs[triple >> 12] ?? 0;
    const low = pairs[triple & 4095] ?? 0;
    into[to] = high;
    into[to + 1] = high >> 8;
    into[to + 2] = low;
    into[to + 3] = low >> 8;
    to += 4;
  }
  const left = bytes.length - whole;
  if (left === 0) return to;
  const triple = ((bytes[whole] ?? 0) << 16) | ((bytes[whole + 1] ?? 0) << 8);
  into[to] = sextets[triple >> 18] ?? 0;
  into[to + 1] = sextets[(triple >> 12) & 63] ?? 0;
  into[to + 2] = left === 1 ? pad : (sextets[(triple >> 6) & 63] ?? 0);
  into[to + 3] = pad;
  return to + 4;
}

/** Whether a text is base64, without decoding it. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text);
}

/** The bytes of a base64 text; `undefined` where it is none. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const padded = padding === 0 ? text : text.slice(0, -padding) + 'A'.repeat(padding);
  const bytes = new Uint8Array((text.length / 4) * 3);
  let to = 0;
  for (let i = 0; i < padded.length; i += 4) {
    const first = values[padded.charCodeAt(i)] ?? 255;
    const second = values[padded.charCodeAt(i + 1)] ?? 255;
    const third = values[padded.charCodeAt(i + 2)] ?? 255;
    const fourth = values[padded.charCodeAt(i + 3)] ?? 255;
    if ((first | second | third | fourth) > 63) return undefined;
    const bits = (first << 18) | (second << 12) | (third << 6) | fourth;
    bytes[to] = bits >> 16;
    bytes[to + 1] = bits >> 8;
    bytes[to + 2] = bits;
    to += 3;
  }
  return bytes.subarray(0, bytes.length - padding);
}
