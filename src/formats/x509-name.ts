import { createHash } from 'node:crypto';
import { FailedError } from '../base/errors.ts';

/** One DER element: tag, the bytes inside, and all its bytes. */
interface Element {
  readonly tag: number;
  readonly body: Buffer;
  readonly whole: Buffer;
}

const sequence = 0x30;
/** Tag → how a string of that type is encoded. Others (numbers, bit strings) are no strings. */
const strings: ReadonlyMap<number, 'utf8' | 'latin1' | 'utf16' | 'utf32'> = new Map([
  [0x0c, 'utf8'],
  [0x13, 'latin1'],
  [0x14, 'latin1'],
  [0x16, 'latin1'],
  [0x1a, 'latin1'],
  [0x1c, 'utf32'],
  [0x1e, 'utf16'],
]);

function elementAt(der: Buffer, at: number): Element {
  const first = der[at + 1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  const size = count === 0 ? first : count <= 4 ? der.readUIntBE(at + 2, count) : Number.NaN;
  const from = at + 2 + count;
  if (!(from + size <= der.length))
    throw new FailedError('bad-certificate', 'a certificate is cut short or damaged');
  return { tag: der[at] ?? 0, body: der.subarray(from, from + size), whole: der.subarray(at, from + size) };
}

function children(der: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < der.length; at += found.at(-1)?.whole.length ?? 1) found.push(elementAt(der, at));
  return found;
}

function encode(tag: number, body: Buffer): Buffer {
  const size = body.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, (size >> 8) & 0xff, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function textOf(body: Buffer, encoding: 'utf8' | 'latin1' | 'utf16' | 'utf32'): string {
  if (encoding === 'utf8' || encoding === 'latin1') return body.toString(encoding);
  if (encoding === 'utf16') return Buffer.from(body).swap16().toString('utf16le');
  return Array.from({ length: body.length / 4 }, (_, n) =>
    String.fromCodePoint(body.readUInt32BE(n * 4)),
  ).join('');
}

/** OpenSSL's canonical form (crypto/x509/x_name.c): UTF-8, ASCII letters small, spaces trimmed and single. */
function canonical(value: Element): Buffer {
  const encoding = strings.get(value.tag);
  if (encoding === undefined) return value.whole;
  const text = textOf(value.body, encoding)
    .replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '')
    .replace(/[ \t\n\v\f\r]+/g, ' ')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return encode(0x0c, Buffer.from(text));
}

/**
 * The hash of a certificate's subject by which OpenSSL finds it in a directory (`openssl x509 -subject_hash`), as
 * eight hex digits: SHA-1 over the canonical name, its first four bytes in little-endian order.
 */
export function subjectHash(certificate: Buffer): string {
  const body = children(elementAt(certificate, 0).body)[0]?.body ?? Buffer.alloc(0);
  const fields = children(body);
  // A version field, tagged [0], comes first in all but version 1.
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
  if (subject?.tag !== sequence) throw new FailedError('bad-certificate', 'a certificate without a subject');
  const parts = children(subject.body).map((set) => {
    const pairs = children(set.body).map((pair) => {
      const [type, value] = children(pair.body);
      return encode(
        sequence,
        Buffer.concat(type === undefined || value === undefined ? [] : [type.whole, canonical(value)]),
      );
    });
    return encode(set.tag, Buffer.concat(pairs));
  });
  const digest = createHash('sha1').update(Buffer.concat(parts)).digest();
  return digest.readUInt32LE(0).toString(16).padStart(8, '0');
}

/** The DER bytes of the first certificate in a PEM text; `undefined` where there is none. */
export function pemCertificate(text: string): Buffer | undefined {
  const body = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----([^-]+)-----END/.exec(text)?.[1];
  return body === undefined ? undefined : Buffer.from(body, 'base64');
}
