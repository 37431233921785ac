import { generateKeyPairSync, sign } from 'node:crypto';
import { der, derOid, derTags } from '../../src/formats/der.ts';

/** An RSA key and a certificate that it signed itself, PEM: what `openssl req -x509 -newkey rsa:2048 -nodes` makes. */
export function makeBootKey(name: string): { key: string; certificate: string } {
  const { sequence, set, integer, null: nothing } = derTags;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const algorithm = der(sequence, derOid('1.2.840.113549.1.1.11'), der(nothing));
  const common = der(sequence, derOid('2.5.4.3'), der(0x0c, Buffer.from(name)));
  const subject = der(sequence, der(set, common));
  const times = ['20200101000000Z', '20491231235959Z'].map((time) => der(0x18, Buffer.from(time)));
  const toSign = der(
    sequence,
    ...[der(0xa0, der(integer, Buffer.from([2]))), der(integer, Buffer.from([0x4d, 0x2a, 1])), algorithm],
    ...[subject, der(sequence, ...times), subject],
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', toSign, privateKey)]));
  const lines = der(sequence, toSign, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
