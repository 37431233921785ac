import { createHash, type KeyObject } from 'node:crypto';

/** Packet tags, and the numbers of RSA and SHA-256 (RFC 4880, sections 4.3, 9.1 and 9.4). */
const signatureTag = 2;
const publicKeyTag = 6;
const rsa = 1;
const sha256 = 8;
/** A signature of a binary document; subpackets: when it was made, and by which key (sections 5.2.1 and 5.2.3.1). */
const binaryDocument = 0x00;
const creationTime = 2;
const issuer = 16;

/**
 * An RSA key in OpenPGP's form, as GRUB's module `pgp` reads it. It has no name and no signature of itself: whoever embeds it
 * trusts it.
 */
export function openPgpKey(key: KeyObject): Buffer {
  return packet(publicKeyTag, keyBody(key));
}

/**
 * A detached signature of bytes, as GRUB reads it from `FILE.sig`.
 * @param sign gives the RSA signature (PKCS #1 v1.5, SHA-256) of bytes
 * @param time in seconds since 1970
 */
export function openPgpSignature(
  bytes: Buffer,
  { key, sign, time }: { key: KeyObject; sign: (bytes: Buffer) => Buffer; time: number },
): Buffer {
  const hashed = subpacket(creationTime, number(time, 4));
  const head = Buffer.concat([
    Buffer.from([4, binaryDocument, rsa, sha256]),
    number(hashed.length, 2),
    hashed,
  ]);
  // Section 5.2.4: what is signed is the document, the head, and how long the head is.
  const trailer = Buffer.concat([head, Buffer.from([4, 0xff]), number(head.length, 4)]);
  const document = Buffer.concat([bytes, trailer]);
  const unhashed = subpacket(issuer, keyId(key));
  const digest = createHash('sha256').update(document).digest();
  const body = [head, number(unhashed.length, 2), unhashed, digest.subarray(0, 2), integer(sign(document))];
  return packet(signatureTag, Buffer.concat(body));
}

/** The last eight bytes of the fingerprint (section 12.2). */
function keyId(key: KeyObject): Buffer {
  const body = keyBody(key);
  const hash = createHash('sha1').update(Buffer.concat([Buffer.from([0x99]), number(body.length, 2), body]));
  return hash.digest().subarray(-8);
}

/** Version 4, made one second after 1970 began (readers take 0 for no time), so that the same key is always the same bytes. */
function keyBody(key: KeyObject): Buffer {
  const { n, e } = key.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw new Error('this is no RSA key');
  const numbers = [n, e].map((text) => integer(Buffer.from(text, 'base64url')));
  return Buffer.concat([Buffer.from([4]), number(1, 4), Buffer.from([rsa]), ...numbers]);
}

/** In the old format, with a length of two bytes (section 4.2.1). */
function packet(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | (tag << 2) | 1]), number(body.length, 2), body]);
}

function subpacket(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([body.length + 1, type]), body]);
}

/** A multiprecision integer: its length in bits, then its bytes without leading zeros (section 3.2). */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const used = bytes.subarray(Math.max(first, 0));
  return Buffer.concat([number(used.length * 8 - (Math.clz32(used[0] ?? 0) - 24), 2), used]);
}

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}
