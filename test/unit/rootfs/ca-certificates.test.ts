import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { pemCertificate, subjectHash } from '../../../src/formats/x509-name.ts';
import { caCertificates } from '../../../src/rootfs/ca-certificates.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { byPath, file, input, textOf, tree } from './helpers.ts';

const [first = '', second = ''] = rootCertificates;
const dir = 'usr/share/ca-certificates/mozilla';

test('one bundle in the order of names, and links by name and by hash', async () => {
  const root = tree(
    file(`${dir}/B (x).crt`, first),
    file(`${dir}/A.crt`, second),
    file(`${dir}/notes.txt`, 'x'),
  );
  const made = byPath((await caCertificates.run(input(root))).entries);
  expect(textOf(made.get('etc/ssl/certs/ca-certificates.crt'))).toBe(`${second.trim()}\n${first.trim()}\n`);
  expect(made.get('etc/ssl/certs/A.pem')).toMatchObject({ target: `/${dir}/A.crt` });
  const hash = subjectHash(pemCertificate(first) ?? Buffer.alloc(0));
  expect(made.get(`etc/ssl/certs/${hash}.0`)).toMatchObject({ target: 'B_=x=.pem' });
});

test('two certificates of one subject get numbers', async () => {
  const root = tree(file(`${dir}/A.crt`, first), file(`${dir}/B.crt`, first));
  const made = [...byPath((await caCertificates.run(input(root))).entries).keys()];
  expect(made.filter((path) => /\.[01]$/.test(path))).toHaveLength(2);
});

const openssl = findProgram('openssl');

test.skipIf(openssl === undefined)(
  "OpenSSL's own hashes of real certificates (skipped without openssl)",
  async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'x509-'));
    try {
      const some = rootCertificates.filter((_, n) => n % 6 === 0);
      for (const certificate of some) {
        writeFileSync(join(scratch, 'c.pem'), certificate);
        const { stdout } = await run([
          openssl ?? '',
          'x509',
          '-noout',
          '-subject_hash',
          '-in',
          join(scratch, 'c.pem'),
        ]);
        expect(subjectHash(pemCertificate(certificate) ?? Buffer.alloc(0))).toBe(stdout.trim());
      }
      expect(some.length).toBeGreaterThan(15);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  },
);
