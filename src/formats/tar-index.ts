import { Header, Pax } from 'tar';
import { FailedError } from '../base/errors.ts';
import type { ReadAt } from './read-at.ts';
import { paxRecords, xattrPrefix } from './tar-pax.ts';
import { type Entry, normalPath, plainPath } from './tree.ts';

const block = 512;
/** Headers of small files lie close together: one read serves several. */
const windowSize = 16 * 1024;

export interface TarSource {
  /** Path of the uncompressed tar file, for the entries' content references. */
  readonly file: string;
  readonly read: ReadAt;
  /** Who these entries come from, for messages: `package lxc`. */
  readonly origin: string;
  /** Paths as they are written: the archive is of a root that may have no merged /usr. */
  readonly asWritten?: boolean;
}

interface Pending {
  path?: string;
  link?: string;
  local?: Pax;
  global?: Pax;
  xattrs?: Record<string, string>;
}

function bad(source: TarSource, what: string): FailedError {
  return new FailedError('bad-tar', `the archive of ${source.origin} is damaged: ${what}`);
}

/** A directory that a package still ships as `/lib` is meant as the place where /lib points. */
function directoryPath(path: string, asWritten: boolean): string {
  if (asWritten) return plainPath(path);
  const below = normalPath(`${path}/.x`);
  return below === '.x' ? '' : below.slice(0, -3);
}

function* headers(source: TarSource): Generator<{ header: Header; data: number; pending: Pending }> {
  let from = 0;
  let held: Buffer = source.read(0, windowSize);
  const bytesAt = (offset: number, length: number): Buffer => {
    if (offset < from || offset + length > from + held.length) {
      from = offset;
      held = source.read(offset, Math.max(length, windowSize));
    }
    return held.subarray(offset - from, offset - from + length);
  };
  const wholeAt = (offset: number, length: number): Buffer => {
    const bytes = bytesAt(offset, length);
    if (bytes.length < length) throw bad(source, 'it is cut short');
    return bytes;
  };
  const textAt = (offset: number, length: number): string => wholeAt(offset, length).toString('utf8');
  let at = 0;
  let pending: Pending = {};
  for (;;) {
    const bytes = bytesAt(at, block);
    if (bytes.length === 0) {
      if (at > 0 && source.read(at - 1, 1).length === 0) throw bad(source, 'it is cut short');
      return;
    }
    if (bytes.length < block) throw bad(source, 'it is cut short');
    const header = new Header(bytes, 0, pending.local, pending.global);
    if (header.nullBlock) return;
    if (!header.cksumValid) throw bad(source, `wrong checksum of the header at byte ${at}`);
    const data = at + block;
    const size = header.size ?? 0;
    const type: string = header.type;
    switch (type) {
      case 'ExtendedHeader':
        pending.local = Pax.parse(withoutXattrs(wholeAt(data, size), pending), pending.local);
        break;
      case 'GlobalExtendedHeader':
        pending.global = Pax.parse(textAt(data, size), pending.global, true);
        break;
      case 'NextFileHasLongPath':
      case 'OldGnuLongPath':
        pending.path = textAt(data, size).replace(/\0.*/s, '');
        break;
      case 'NextFileHasLongLinkpath':
        pending.link = textAt(data, size).replace(/\0.*/s, '');
        break;
      default:
        yield { header, data, pending };
        pending = pending.global === undefined ? {} : { global: pending.global };
    }
    at = data + Math.ceil(size / block) * block;
  }
}

/** Their values are bytes, not text: they are read apart from the other records. */
function withoutXattrs(body: Buffer, pending: Pending): string {
  const records = paxRecords(body);
  const isXattr = ({ key }: { readonly key: string }): boolean => key.startsWith(xattrPrefix);
  if (!records.some(isXattr)) return body.toString('utf8');
  pending.xattrs = Object.fromEntries(
    records
      .filter(isXattr)
      .map(({ key, value }) => [key.slice(xattrPrefix.length), value.toString('base64')]),
  );
  return Buffer.concat(records.filter((one) => !isXattr(one)).map(({ whole }) => whole)).toString('utf8');
}

function entryOf(source: TarSource, header: Header, data: number, pending: Pending): Entry | undefined {
  const written = pending.local?.path ?? pending.path ?? header.path ?? '';
  const target = pending.local?.linkpath ?? pending.link ?? header.linkpath ?? '';
  const asWritten = source.asWritten === true;
  const normal = asWritten ? plainPath : normalPath;
  const path = header.type === 'Directory' ? directoryPath(written, asWritten) : normal(written);
  if (path === '') return undefined;
  const { uid = 0, gid = 0, size = 0 } = header;
  const mode = (header.mode ?? 0o644) & 0o7777;
  const mtime = Math.floor((header.mtime?.getTime() ?? 0) / 1000);
  const { xattrs } = pending;
  const common = {
    ...{ path, mode, uid, gid, mtime, origin: source.origin },
    ...(xattrs === undefined ? {} : { xattrs }),
  };
  const type: string = header.type;
  switch (type) {
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      return { ...common, type: 'file', size, content: { file: source.file, offset: data } };
    case 'Directory':
      return { ...common, type: 'dir' };
    case 'SymbolicLink':
      return { ...common, type: 'symlink', mode: 0o777, target };
    case 'Link':
      return { ...common, type: 'hardlink', target: normal(target) };
    case 'CharacterDevice':
    case 'BlockDevice': {
      const kind = type === 'BlockDevice' ? 'block' : 'char';
      return { ...common, type: kind, major: header.devmaj, minor: header.devmin };
    }
    case 'FIFO':
      return { ...common, type: 'fifo' };
    default:
      throw bad(source, `/${path} is of a kind that is not known (${header.typeKey})`);
  }
}

/**
 * The entries of an uncompressed tar file (ustar, pax, GNU long names), in its order, their content by reference.
 * Paths are normal paths (merged /usr) unless `asWritten`; the root directory itself is left out.
 */
export function indexTar(source: TarSource): Entry[] {
  const entries: Entry[] = [];
  for (const { header, data, pending } of headers(source)) {
    const entry = entryOf(source, header, data, pending);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}
