import { createHash } from 'node:crypto';
import { FailedError } from '../base/errors.ts';

/**
 * What is needed to know of a program for UEFI, a PE32 or PE32+ file (Microsoft, "PE Format": offsets within the headers are those of
 * its tables). All positions are in bytes of the file.
 */
interface Headers {
  /** Of the COFF header. */
  readonly coff: number;
  /** Of the optional header. */
  readonly optional: number;
  /** Of the entry of the data directory that says where signatures are. */
  readonly security: number;
  /** Of the first section's header, and how many there are. */
  readonly table: number;
  readonly count: number;
}

/** A part of a program that the loader puts into memory. */
export interface PeSection {
  /** At most 8 characters. */
  readonly name: string;
  readonly bytes: Buffer;
}

const sectionHeader = 40;
/** IMAGE_SCN_CNT_INITIALIZED_DATA and IMAGE_SCN_MEM_READ. */
const plainData = 0x40000040;
/** Where the data directory begins in the optional header: of programs of 32 bits (PE32), and of 64 (PE32+). */
const directories: Readonly<Record<number, number>> = { 0x10b: 96, 0x20b: 112 };

function headersOf(file: Buffer): Headers {
  const coff =
    file.length >= 0x40 && file.toString('latin1', 0, 2) === 'MZ' ? file.readUInt32LE(0x3c) + 4 : 0;
  const whole = coff > 0 && coff + 20 + 152 <= file.length;
  if (!whole || file.toString('latin1', coff - 4, coff) !== 'PE\0\0')
    throw new FailedError('bad-efi-program', 'this is no program for UEFI');
  const optional = coff + 20;
  const directory = directories[file.readUInt16LE(optional)];
  if (directory === undefined) throw new FailedError('bad-efi-program', 'this is no program for UEFI');
  return {
    coff,
    optional,
    security: optional + directory + 4 * 8,
    table: optional + file.readUInt16LE(coff + 16),
    count: file.readUInt16LE(coff + 2),
  };
}

/** The sections of a program by their names. */
export function peSections(file: Buffer): Map<string, Buffer> {
  const { table, count } = headersOf(file);
  return new Map(
    Array.from({ length: count }, (_, n) => {
      const at = table + n * sectionHeader;
      const [size, raw] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 16)];
      const from = file.readUInt32LE(at + 20);
      const name = file.toString('latin1', at, at + 8).replace(/\0+$/, '');
      return [name, file.subarray(from, from + Math.min(size, raw))] as const;
    }),
  );
}

/**
 * Adds sections of data to a program that is not signed, each in memory after all others. The new file in pieces, so that
 * large sections are not copied.
 */
export function withSections(file: Buffer, sections: readonly PeSection[]): Buffer[] {
  const { coff, optional, security, table, count } = headersOf(file);
  if (file.readUInt32LE(security + 4) !== 0)
    throw new FailedError('bad-efi-program', 'nothing can be added to a signed program');
  const inMemory = file.readUInt32LE(optional + 32);
  const inFile = file.readUInt32LE(optional + 36);
  const end = table + count * sectionHeader;
  if (end + sections.length * sectionHeader > file.readUInt32LE(optional + 60))
    throw new FailedError('bad-efi-program', 'the program has no room for more sections');
  const head = Buffer.alloc(roundUp(file.length, inFile));
  file.copy(head);
  const pieces: Buffer[] = [head];
  let address = file.readUInt32LE(optional + 56);
  let at = head.length;
  let data = file.readUInt32LE(optional + 8);
  for (const [n, { name, bytes }] of sections.entries()) {
    const header = end + n * sectionHeader;
    const size = roundUp(bytes.length, inFile);
    head.fill(0, header, header + sectionHeader);
    head.write(name, header, 8, 'latin1');
    head.writeUInt32LE(bytes.length, header + 8);
    head.writeUInt32LE(address, header + 12);
    head.writeUInt32LE(size, header + 16);
    head.writeUInt32LE(at, header + 20);
    head.writeUInt32LE(plainData, header + 36);
    pieces.push(bytes, Buffer.alloc(size - bytes.length));
    address = roundUp(address + bytes.length, inMemory);
    at += size;
    data += size;
  }
  head.writeUInt16LE(count + sections.length, coff + 2);
  head.writeUInt32LE(data, optional + 8);
  head.writeUInt32LE(address, optional + 56);
  head.writeUInt32LE(0, optional + 64);
  return pieces;
}

/** A program without its signatures, filled up to whole 8 bytes, as it is signed. */
export function withoutSignatures(file: Buffer): Buffer {
  const { security, optional } = headersOf(file);
  const from = file.readUInt32LE(security);
  const length = from === 0 ? file.length : from;
  const bare = Buffer.alloc(roundUp(length, 8));
  file.copy(bare, 0, 0, length);
  bare.writeUInt32LE(0, optional + 64);
  bare.fill(0, security, security + 8);
  return bare;
}

/** The Authenticode hash of a program (Microsoft, "Windows Authenticode Portable Executable Signature Format"), SHA-256. */
export function authenticodeDigest(file: Buffer): Buffer {
  const { optional, security } = headersOf(file);
  const bare = withoutSignatures(file);
  const checksum = optional + 64;
  return createHash('sha256')
    .update(bare.subarray(0, checksum))
    .update(bare.subarray(checksum + 4, security))
    .update(bare.subarray(security + 8))
    .digest();
}

/** WIN_CERT_TYPE_PKCS_SIGNED_DATA, and the revision of the structure around it. */
const pkcsSignedData = 2;
const certificateRevision = 0x200;

/** A program with this PKCS #7 signature instead of all that it has. In pieces, as `withSections`. */
export function withSignature(file: Buffer, pkcs7: Buffer): Buffer[] {
  const bare = withoutSignatures(file);
  const { security } = headersOf(bare);
  const length = 8 + pkcs7.length;
  const entry = Buffer.alloc(roundUp(length, 8));
  entry.writeUInt32LE(entry.length, 0);
  entry.writeUInt16LE(certificateRevision, 4);
  entry.writeUInt16LE(pkcsSignedData, 6);
  pkcs7.copy(entry, 8);
  bare.writeUInt32LE(bare.length, security);
  bare.writeUInt32LE(entry.length, security + 4);
  return [bare, entry];
}

/** The PKCS #7 signatures of a program; none where it is not signed. */
export function signaturesOf(file: Buffer): Buffer[] {
  const { security } = headersOf(file);
  const from = file.readUInt32LE(security);
  const end = Math.min(from + file.readUInt32LE(security + 4), file.length);
  const found: Buffer[] = [];
  for (let at = from; from !== 0 && at + 8 <= end; ) {
    const length = file.readUInt32LE(at);
    if (length < 8 || at + length > end) break;
    if (file.readUInt16LE(at + 6) === pkcsSignedData) found.push(file.subarray(at + 8, at + length));
    at += roundUp(length, 8);
  }
  return found;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
