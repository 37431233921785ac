import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { nearestFile, readText } from '../disk.ts';
import { didYouMean } from '../problems.ts';
import {
  fits,
  isSignedByDebian,
  type KeyFault,
  keyFault,
  readCertificate,
  readPrivateKey,
} from '../secure-boot.ts';
import { type Facts, type Rule, valueAt } from './rule.ts';

const makeKey =
  'openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=my boot key/" -keyout boot.key -out boot.crt';

/** What is signed can be: there is a kernel of Debian's, or a key with its certificate. */
export const secureBootRules: Rule = (facts) => {
  const { boot, kernel } = facts.raw;
  const at = ['boot', 'secure'];
  if (boot.secure === 'debian' && !isSignedByDebian(kernel.package ?? '')) {
    facts.problems.error(
      'kernel-not-signed',
      valueAt(facts, at),
      kernel.package === undefined
        ? 'a kernel that Debian did not build is not signed by Debian'
        : `\`${kernel.package}\` is not signed by Debian`,
      {
        expected: 'a kernel such as linux-image-amd64, a key of your own, or `off`',
      },
    );
  }
  if (typeof boot.secure === 'string') return;
  const files = { key: readAt(facts, 'key'), certificate: readAt(facts, 'certificate') };
  const key = files.key === undefined ? undefined : readPrivateKey(files.key);
  if (typeof key === 'string') tellKeyFault(facts, 'key', key);
  const certificate = files.certificate === undefined ? undefined : readCertificate(files.certificate);
  const certified = certificate && keyFault(certificate.publicKey);
  if (files.certificate !== undefined && certificate === undefined) {
    facts.problems.error(
      'bad-certificate',
      valueAt(facts, [...at, 'certificate']),
      'this is no certificate',
      {
        expected: 'an X.509 certificate in PEM form',
        hint: `make a key and its certificate with: ${makeKey}`,
      },
    );
  } else if (certified !== undefined) {
    tellKeyFault(facts, 'certificate', certified);
  } else if (certificate !== undefined && typeof key === 'object' && !fits(certificate, key)) {
    facts.problems.error(
      'key-does-not-fit',
      valueAt(facts, [...at, 'certificate']),
      'the certificate is for another key than `boot.secure.key`',
      { expected: 'the certificate that was made with the key' },
    );
  }
  if (typeof key === 'object') checkMode(facts, boot.secure.key);
};

function pathOf(facts: Facts, which: 'key' | 'certificate', written: string): string {
  return resolve(valueAt(facts, ['boot', 'secure', which]).source.dir, written);
}

/** The text of one of the files; where it cannot be read, that is told. */
function readAt(facts: Facts, which: 'key' | 'certificate'): string | undefined {
  const { secure } = facts.raw.boot;
  if (typeof secure === 'string') return undefined;
  const path = pathOf(facts, which, secure[which]);
  const text = readText(path);
  if (text === undefined) {
    facts.problems.error(
      'missing-file',
      valueAt(facts, ['boot', 'secure', which]),
      `there is no file \`${secure[which]}\` that can be read`,
      {
        expected: 'a file, relative to the folder of the recipe it is written in',
        hint:
          didYouMean(nearestFile(secure[which], path)) ?? `make a key and its certificate with: ${makeKey}`,
      },
    );
  }
  return text;
}

const faults: Readonly<Record<KeyFault, string>> = {
  encrypted: 'the key is encrypted, and nobody is asked for its passphrase',
  'no-key': 'this is no private key',
  'not-rsa': 'firmware checks RSA signatures only, and this is another kind of key',
  'too-short': 'the key is too short for firmware',
};

function tellKeyFault(facts: Facts, which: 'key' | 'certificate', fault: KeyFault): void {
  facts.problems.error('bad-key', valueAt(facts, ['boot', 'secure', which]), faults[fault], {
    expected: 'an RSA key of 2048 bits or more in PEM form, not encrypted',
    hint: `make a key and its certificate with: ${makeKey}`,
  });
}

/** Others on this machine should not be able to sign with it. */
function checkMode(facts: Facts, written: string): void {
  if ((statSync(pathOf(facts, 'key', written)).mode & 0o004) === 0) return;
  facts.problems.warn(
    'key-is-readable',
    valueAt(facts, ['boot', 'secure', 'key']),
    'everybody on this machine can read the private key',
    { expected: `a file for its owner only: chmod 600 ${written}` },
  );
}
