import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** Whether a package of Debian's brings (or depends on) a kernel that Debian signed. */
export function isSignedByDebian(kernelPackage: string): boolean {
  return /^linux-image-(?!.*-(?:unsigned|dbg)$)/.test(kernelPackage);
}

/** A file that is no key to sign with, and why. */
export type KeyFault = 'encrypted' | 'no-key' | 'not-rsa' | 'too-short';

/** Firmware knows RSA only, and none shorter. */
const leastBits = 2048;

export function keyFault(key: KeyObject): KeyFault | undefined {
  if (key.asymmetricKeyType !== 'rsa') return 'not-rsa';
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastBits ? 'too-short' : undefined;
}

/** Reads a private key. */
export function readPrivateKey(pem: string): KeyObject | KeyFault {
  if (/ENCRYPTED/.test(pem)) return 'encrypted';
  try {
    const key = createPrivateKey(pem);
    return keyFault(key) ?? key;
  } catch {
    return 'no-key';
  }
}

/** Reads a certificate; `undefined` where it is none. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Whether a certificate is for this private key. */
export function fits(certificate: X509Certificate, key: KeyObject): boolean {
  return createPublicKey(key).equals(certificate.publicKey);
}
