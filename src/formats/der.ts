import { FailedError } from '../base/errors.ts';

/** One DER element (ITU-T X.690): tag, the bytes inside, and all its bytes. */
export interface DerElement {
  readonly tag: number;
  readonly body: Buffer;
  readonly whole: Buffer;
}

export const derTags = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Writes an element around what is inside. */
export function der(tag: number, ...inside: readonly Buffer[]): Buffer {
  const body = Buffer.concat(inside);
  const length = body.length < 0x80 ? [body.length] : lengthBytes(body.length);
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return [0x80 + bytes.length, ...bytes];
}

/** An object identifier: `derOid('1.2.840.113549.1.7.2')`. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const sevens = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      sevens.unshift(128 + (left % 128));
    return sevens;
  });
  return der(derTags.oid, Buffer.from(bytes));
}

/** Reads the element at an offset; throws where it is cut short. */
export function derElement(bytes: Buffer, at = 0): DerElement {
  const first = bytes[at + 1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  const size = count === 0 ? first : count <= 4 ? bytes.readUIntBE(at + 2, count) : Number.NaN;
  const from = at + 2 + count;
  if (!(from + size <= bytes.length))
    throw new FailedError('bad-certificate', 'a certificate is cut short or damaged');
  return {
    tag: bytes[at] ?? 0,
    body: bytes.subarray(from, from + size),
    whole: bytes.subarray(at, from + size),
  };
}

/** The elements that follow one another. */
export function derElements(bytes: Buffer): DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at < bytes.length; at += found.at(-1)?.whole.length ?? 1)
    found.push(derElement(bytes, at));
  return found;
}
