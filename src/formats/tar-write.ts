import { Header, Pax } from 'tar';
import { FailedError } from '../base/errors.ts';
import { paxRecord, xattrPrefix } from './tar-pax.ts';
import type { Entry } from './tree.ts';

const block = 512;
/** The largest number that fits the octal field of 8 bytes (uid, gid). */
const maxId = 0o7777777;
/** The largest number that fits the octal field of 12 bytes (size, mtime). */
const maxSize = 0o77777777777;

const types = {
  file: 'File',
  dir: 'Directory',
  symlink: 'SymbolicLink',
  hardlink: 'Link',
  char: 'CharacterDevice',
  block: 'BlockDevice',
  fifo: 'FIFO',
} as const satisfies Record<Entry['type'], string>;

/** Bytes of content that follow an entry's header. */
export function contentSize(entry: Entry): number {
  return entry.type === 'file' ? entry.size : 0;
}

/** The header blocks of an entry: ustar, with a pax header before it where ustar has no room. */
export function headerBytes(entry: Entry): Buffer {
  if (entry.path === '' || /[\n\0]/.test(entry.path)) {
    throw new FailedError('bad-path', `a name that no tar can hold: ${JSON.stringify(entry.path)}`);
  }
  const path = entry.type === 'dir' ? `${entry.path}/` : entry.path;
  const linkpath = entry.type === 'symlink' || entry.type === 'hardlink' ? entry.target : undefined;
  const size = contentSize(entry);
  const device = entry.type === 'char' || entry.type === 'block';
  const header = new Header({
    path,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    size,
    mtime: new Date(entry.mtime * 1000),
    type: types[entry.type],
    ...(linkpath === undefined ? {} : { linkpath }),
    uname: '',
    gname: '',
    devmaj: device ? entry.major : 0,
    devmin: device ? entry.minor : 0,
  });
  const bytes = Buffer.alloc(block);
  const needsPax = header.encode(bytes);
  const xattrs = Object.entries(entry.xattrs ?? {});
  if (!needsPax && xattrs.length === 0) return bytes;
  // No mtime here: it fits the header, and sqfstar takes none without a fraction.
  const pax = new Pax({
    path,
    ...(linkpath === undefined ? {} : { linkpath }),
    ...(size > maxSize ? { size } : {}),
    ...(entry.uid > maxId ? { uid: entry.uid } : {}),
    ...(entry.gid > maxId ? { gid: entry.gid } : {}),
  });
  if (xattrs.length === 0) return Buffer.concat([pax.encode(), bytes]);
  const body = Buffer.concat([
    Buffer.from(needsPax ? pax.encodeBody() : ''),
    ...xattrs.map(([name, value]) => paxRecord(`${xattrPrefix}${name}`, Buffer.from(value, 'base64'))),
  ]);
  return Buffer.concat([paxHeader(body.length), body, padding(body.length), bytes]);
}

function paxHeader(size: number): Buffer {
  const bytes = Buffer.alloc(block);
  new Header({ path: 'PaxHeader', mode: 0o644, uid: 0, gid: 0, size, type: 'ExtendedHeader' }).encode(bytes);
  return bytes;
}

const zeros = Buffer.alloc(2 * block);

/** The zeros that fill the last block of a content of `size` bytes. */
export function padding(size: number): Buffer {
  return zeros.subarray(0, (block - (size % block)) % block);
}

/** The two empty blocks that end an archive. */
export function tarTrailer(): Buffer {
  return zeros;
}
