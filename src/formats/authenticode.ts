import { createHash } from 'node:crypto';
import { der, derElement, derElements, derOid, derTags } from './der.ts';
import { authenticodeDigest, withSignature } from './pe.ts';

const { integer, octets, null: nothing, sequence, set } = derTags;
/** Context-specific, constructed: `[0]`, `[2]`. */
const tagged = (n: number): number => 0xa0 + n;

const oid = {
  signedData: derOid('1.2.840.113549.1.7.2'),
  contentType: derOid('1.2.840.113549.1.9.3'),
  messageDigest: derOid('1.2.840.113549.1.9.4'),
  rsa: derOid('1.2.840.113549.1.1.1'),
  sha256: derOid('2.16.840.1.101.3.4.2.1'),
  /** SPC_INDIRECT_DATA_OBJID and SPC_PE_IMAGE_DATA_OBJID. */
  indirectData: derOid('1.3.6.1.4.1.311.2.1.4'),
  peImageData: derOid('1.3.6.1.4.1.311.2.1.15'),
} as const;

const sha256Algorithm = der(sequence, oid.sha256, der(nothing));

/** Whoever signs: the certificate as DER, and a function that gives the RSA signature (PKCS #1 v1.5, SHA-256) of bytes. */
export interface Signer {
  readonly certificate: Buffer;
  readonly sign: (bytes: Buffer) => Buffer;
}

/**
 * Signs a program for UEFI Secure Boot, in place of all signatures that it has: Authenticode, with neither a time nor a
 * countersignature, so that the same program and key give the same bytes. In pieces, of which the second is the signature.
 */
export function signProgram(program: Buffer, signer: Signer): Buffer[] {
  return withSignature(program, signedData(authenticodeDigest(program), signer));
}

/** Microsoft, "Windows Authenticode Portable Executable Signature Format", and RFC 2315, section 9. */
function signedData(digest: Buffer, { certificate, sign }: Signer): Buffer {
  // The file's name is left out, as all other signers do.
  const link = der(tagged(0), der(tagged(2), der(0x80)));
  const image = der(sequence, oid.peImageData, der(sequence, der(0x03, Buffer.from([0])), link));
  const content = der(sequence, image, der(sequence, sha256Algorithm, der(octets, digest)));
  const contentDigest = createHash('sha256').update(derElement(content).body).digest();
  const attributes = [
    der(sequence, oid.contentType, der(set, oid.indirectData)),
    der(sequence, oid.messageDigest, der(set, der(octets, contentDigest))),
  ];
  const { issuer, serial } = issuerAndSerial(certificate);
  const version = der(integer, Buffer.from([1]));
  const signerInfo = der(
    sequence,
    ...[version, der(sequence, issuer, serial), sha256Algorithm, der(tagged(0), ...attributes)],
    ...[der(sequence, oid.rsa, der(nothing)), der(octets, sign(der(set, ...attributes)))],
  );
  const data = der(
    sequence,
    ...[version, der(set, sha256Algorithm), der(sequence, oid.indirectData, der(tagged(0), content))],
    ...[der(tagged(0), certificate), der(set, signerInfo)],
  );
  return der(sequence, oid.signedData, der(tagged(0), data));
}

/** What a certificate is named by in a signature (RFC 5280, section 4.1). */
function issuerAndSerial(certificate: Buffer): { issuer: Buffer; serial: Buffer } {
  const fields = derElements(derElements(derElement(certificate).body)[0]?.body ?? Buffer.alloc(0));
  const first = fields[0]?.tag === tagged(0) ? 1 : 0;
  const [serial, issuer] = [fields[first], fields[first + 2]];
  if (serial?.tag !== integer || issuer?.tag !== sequence) throw new Error('this is no certificate');
  return { issuer: issuer.whole, serial: serial.whole };
}

/** Whether a signature names this certificate: by its issuer and serial number. */
export function isSignedBy(pkcs7: Buffer, certificate: Buffer): boolean {
  const { issuer, serial } = issuerAndSerial(certificate);
  return pkcs7.includes(Buffer.concat([issuer, serial]));
}
