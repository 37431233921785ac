import { generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSignedBy, signProgram } from '../../../src/formats/authenticode.ts';
import { derElement, derElements, derOid } from '../../../src/formats/der.ts';
import { withOwnKeys } from '../../../src/formats/efi-variables.ts';
import { openPgpKey, openPgpSignature } from '../../../src/formats/openpgp.ts';
import {
  authenticodeDigest,
  peSections,
  signaturesOf,
  withoutSignatures,
  withSections,
} from '../../../src/formats/pe.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { makeBootKey } from '../../helpers/boot-key.ts';

const { key: keyText, certificate: certificateText } = makeBootKey('diskbios test');
const certificate = new X509Certificate(certificateText);
const signer = {
  certificate: certificate.raw,
  sign: (bytes: Buffer) => sign('sha256', bytes, keyText),
};

/** A program for UEFI with one section of code that does nothing. */
function program(): Buffer {
  const file = Buffer.alloc(0x600);
  file.write('MZ', 0);
  file.writeUInt32LE(0x80, 0x3c);
  file.write('PE\0\0', 0x80);
  const coff = 0x84;
  file.writeUInt16LE(0x8664, coff);
  file.writeUInt16LE(1, coff + 2);
  file.writeUInt16LE(240, coff + 16);
  const optional = coff + 20;
  file.writeUInt16LE(0x20b, optional);
  file.writeUInt32LE(0x1000, optional + 32);
  file.writeUInt32LE(0x200, optional + 36);
  file.writeUInt32LE(0x2000, optional + 56);
  file.writeUInt32LE(0x400, optional + 60);
  file.writeUInt16LE(10, optional + 68);
  file.writeUInt32LE(16, optional + 108);
  const section = optional + 240;
  file.write('.text', section);
  file.writeUInt32LE(0x100, section + 8);
  file.writeUInt32LE(0x1000, section + 12);
  file.writeUInt32LE(0x200, section + 16);
  file.writeUInt32LE(0x400, section + 20);
  file.fill(0xc3, 0x400, 0x500);
  return file;
}

describe('sections', () => {
  const bytes = Buffer.from('root=none');
  const added = Buffer.concat(
    withSections(program(), [
      { name: '.cmdline', bytes },
      { name: '.linux', bytes: Buffer.alloc(5000, 1) },
    ]),
  );

  it('are found again, and those that were there stay', () => {
    const sections = peSections(added);
    expect([...sections.keys()]).toEqual(['.text', '.cmdline', '.linux']);
    expect(sections.get('.cmdline')?.equals(bytes)).toBe(true);
    expect(sections.get('.text')?.equals(Buffer.alloc(0x100, 0xc3))).toBe(true);
  });

  it('lie behind one another in memory and in the file, and the image holds them all', () => {
    const optional = 0x84 + 20;
    const table = optional + 240;
    const place = (n: number): number[] =>
      [8, 12, 16, 20].map((at) => added.readUInt32LE(table + n * 40 + at));
    expect(place(1)).toEqual([9, 0x2000, 0x200, 0x600]);
    expect(place(2)).toEqual([5000, 0x3000, 0x1400, 0x800]);
    expect(added.readUInt32LE(optional + 56)).toBe(0x5000);
    expect(added.length).toBe(0x800 + 0x1400);
  });

  it('are refused where the program is signed, has no room, or is none', () => {
    const signed = Buffer.concat(signProgram(program(), signer));
    expect(() => withSections(signed, [{ name: '.x', bytes }])).toThrow('signed program');
    const many = Array.from({ length: 30 }, (_, n) => ({ name: `.${n}`, bytes }));
    expect(() => withSections(program(), many)).toThrow('no room');
    expect(() => withSections(Buffer.from('MZ'), [])).toThrow('no program for UEFI');
  });
});

describe('a signature', () => {
  const signed = Buffer.concat(signProgram(program(), signer));

  it('is of the program’s hash, which does not depend on signatures and checksum', () => {
    const [pkcs7] = signaturesOf(signed);
    const digest = authenticodeDigest(program());
    expect(authenticodeDigest(signed).equals(digest)).toBe(true);
    expect(pkcs7?.includes(digest)).toBe(true);
    const summed = program();
    summed.writeUInt32LE(0x1234, 0x84 + 20 + 64);
    expect(authenticodeDigest(summed).equals(digest)).toBe(true);
    const changed = program();
    changed[0x450] = 0;
    expect(authenticodeDigest(changed).equals(digest)).toBe(false);
  });

  it('is the same each time, takes the place of another, and names its certificate', () => {
    expect(Buffer.concat(signProgram(signed, signer)).equals(signed)).toBe(true);
    expect(withoutSignatures(signed).equals(withoutSignatures(program()))).toBe(true);
    expect(signaturesOf(signed).map((each) => isSignedBy(each, certificate.raw))).toEqual([true]);
    expect(signaturesOf(program())).toEqual([]);
  });

  it('is RSA over the attributes, by the key of the certificate', () => {
    const [pkcs7 = Buffer.alloc(0)] = signaturesOf(signed);
    const data = derElements(derElements(derElement(pkcs7).body)[1]?.body ?? Buffer.alloc(0))[0];
    const parts = derElements(data?.body ?? Buffer.alloc(0));
    const info = derElements(derElements(parts.at(-1)?.body ?? Buffer.alloc(0))[0]?.body ?? Buffer.alloc(0));
    const attributes = Buffer.from(info[3]?.whole ?? []);
    attributes[0] = 0x31;
    expect(verify('sha256', attributes, certificate.publicKey, info[5]?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it.skipIf(findProgram('sbverify') === undefined)('is one for sbverify (needs sbsigntool)', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sign-'));
    try {
      writeFileSync(join(dir, 'a.efi'), signed);
      writeFileSync(join(dir, 'a.crt'), certificateText);
      const { stdout } = await run(['sbverify', '--cert', join(dir, 'a.crt'), join(dir, 'a.efi')]);
      expect(stdout).toContain('Signature verification OK');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('a detached signature for GRUB', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'pgp-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  const text = Buffer.from('set default=entry-1\n');
  const how = { key: certificate.publicKey, sign: signer.sign, time: 1_700_000_000 };

  it('is the same each time, and is RSA over text, head and trailer', () => {
    const signature = openPgpSignature(text, how);
    expect(openPgpSignature(text, how).equals(signature)).toBe(true);
    const head = signature.subarray(3, 3 + 12);
    const trailer = Buffer.concat([head, Buffer.from([4, 0xff, 0, 0, 0, 12])]);
    const rsa = signature.subarray(-256);
    expect(verify('sha256', Buffer.concat([text, trailer]), certificate.publicKey, rsa)).toBe(true);
    expect(head.subarray(8).readUInt32BE()).toBe(how.time);
  });

  it.skipIf(findProgram('gpg') === undefined)('is read by gpg as what it is (needs gnupg)', async () => {
    const [sig, key] = [join(dir, 'a.sig'), join(dir, 'a.pgp')];
    writeFileSync(sig, openPgpSignature(text, how));
    writeFileSync(key, openPgpKey(certificate.publicKey));
    const packets = async (file: string) =>
      (await run(['gpg', '--homedir', dir, '--list-packets', file])).stdout;
    const id = /keyid: ([0-9A-F]{16})/.exec(await packets(key))?.[1];
    const said = await packets(sig);
    expect(said).toContain(`algo 1, keyid ${id ?? ''}`);
    expect(said).toContain('digest algo 8');
    expect(said).toContain('created 1700000000');
  });
});

describe('variables of OVMF', () => {
  const mark = Buffer.from('782cf3aa7b949a43a1802e144ec37792', 'hex');
  const store = (size: number): Buffer => {
    const file = Buffer.alloc(0x4000, 0xff);
    mark.copy(file, 0x48);
    file.writeUInt32LE(size, 0x48 + 16);
    return file;
  };

  it('have the certificate three times, each variable at a whole 4 bytes', () => {
    const vars = withOwnKeys(store(0x3000), certificate.raw);
    const names = ['PK', 'KEK', 'db'].map((name) => vars.indexOf(Buffer.from(`${name}\0`, 'utf16le')));
    expect(names.every((at) => at > 0 && at % 4 === 0)).toBe(true);
    const first = vars.indexOf(certificate.raw);
    const second = vars.indexOf(certificate.raw, first + 1);
    const third = vars.indexOf(certificate.raw, second + 1);
    expect([first, second, third].every((at) => at > 0)).toBe(true);
    expect(vars.length).toBe(0x4000);
  });

  it('are refused where they do not fit, are not OVMF’s, or are not empty', () => {
    expect(() => withOwnKeys(store(0x200), certificate.raw)).toThrow('do not fit');
    expect(() => withOwnKeys(Buffer.alloc(0x4000), certificate.raw)).toThrow('no variables');
    const full = withOwnKeys(store(0x3000), certificate.raw);
    expect(() => withOwnKeys(full, certificate.raw)).toThrow('no variables');
  });
});

it('object identifiers are written in groups of seven bits', () => {
  expect(derOid('1.2.840.113549.1.7.2').toString('hex')).toBe('06092a864886f70d010702');
});

it('other kinds of keys have no form for GRUB', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  expect(() => openPgpKey(publicKey)).toThrow('no RSA key');
});
