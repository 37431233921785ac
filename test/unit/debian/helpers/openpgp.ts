import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A throw-away signing key. Written here (RFC 4880) so that no test needs GnuPG on the machine. */
export interface TestKey {
  /** What a keyring file holds. */
  readonly publicKey: Buffer;
  /** Sixteen hex digits, as messages name it. */
  readonly keyId: string;
  /** The text with its signature around it, as an InRelease file has it. */
  clearsign(text: string): string;
}

const ed25519Oid = Buffer.from('2b06010401da470f01', 'hex');
const eddsa = 22;
const sha512 = 10;
/** Keys and signatures are made in 2024. */
const created = uint32(1_704_067_200);

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A number with its length in bits before it. */
function mpi(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  const digits = bytes.subarray(start);
  const bits = digits.length === 0 ? 0 : digits.length * 8 - (Math.clz32(digits[0]!) - 24);
  return Buffer.concat([uint16(bits), digits]);
}

function packet(tag: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xc0 | tag, 255]), uint32(body.length), body]);
}

function subpacket(type: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([data.length + 1, type]), data]);
}

interface Signer {
  readonly key: KeyObject;
  readonly fingerprint: Buffer;
}

function signature(signer: Signer, type: number, data: Buffer, flags: Buffer): Buffer {
  const hashed = Buffer.concat([
    subpacket(2, created),
    subpacket(33, Buffer.concat([Buffer.from([4]), signer.fingerprint])),
    flags,
  ]);
  const prefix = Buffer.concat([Buffer.from([4, type, eddsa, sha512]), uint16(hashed.length), hashed]);
  const issuer = subpacket(16, signer.fingerprint.subarray(-8));
  const digest = createHash('sha512')
    .update(data)
    .update(prefix)
    .update(Buffer.concat([Buffer.from([4, 0xff]), uint32(prefix.length)]))
    .digest();
  const raw = sign(null, digest, signer.key);
  const numbers = [mpi(raw.subarray(0, 32)), mpi(raw.subarray(32))];
  return packet(2, Buffer.concat([prefix, uint16(issuer.length), issuer, digest.subarray(0, 2), ...numbers]));
}

export function makeKey(name: string): TestKey {
  const pair = generateKeyPairSync('ed25519');
  const point = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const body = Buffer.concat([
    Buffer.from([4]),
    created,
    Buffer.from([eddsa, ed25519Oid.length]),
    ed25519Oid,
    mpi(Buffer.concat([Buffer.from([0x40]), point])),
  ]);
  const hashable = Buffer.concat([Buffer.from([0x99]), uint16(body.length), body]);
  const fingerprint = createHash('sha1').update(hashable).digest();
  const signer = { key: pair.privateKey, fingerprint };
  const user = Buffer.from(`${name} <${name}@mirror.example>`);
  const certified = Buffer.concat([hashable, Buffer.from([0xb4]), uint32(user.length), user]);
  const maySign = subpacket(27, Buffer.from([3]));
  return {
    publicKey: Buffer.concat([
      packet(6, body),
      packet(13, user),
      signature(signer, 0x13, certified, maySign),
    ]),
    keyId: fingerprint.subarray(-8).toString('hex').toUpperCase(),
    clearsign: (text) => {
      const canonical = text.trimEnd().replaceAll('\n', '\r\n');
      const packed = signature(signer, 0x01, Buffer.from(canonical), Buffer.alloc(0));
      return [
        '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n',
        text.trimEnd(),
        '-----BEGIN PGP SIGNATURE-----\n',
        ...(packed.toString('base64').match(/.{1,64}/g) ?? []),
        `=${crc24(packed).toString('base64')}`,
        '-----END PGP SIGNATURE-----\n',
      ].join('\n');
    },
  };
}

/** The checksum of OpenPGP's text form. */
function crc24(data: Buffer): Buffer {
  let crc = 0xb704ce;
  for (const byte of data) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return uint32(crc & 0xffffff).subarray(1);
}
