import { cpioHeader, cpioPadding, cpioRecords, cpioTrailer } from '../formats/cpio.ts';
import { contentSize, headerBytes, padding, tarTrailer } from '../formats/tar-write.ts';
import type { Entry, FileEntry } from '../formats/tree.ts';
import type { FileReader } from './read-file.ts';

/** A piece of an archive: bytes as they are, or a file's content still to be read. */
type Part = Uint8Array | FileEntry;

const chunkSize = 1024 * 1024;

/** Joins parts into chunks of up to one megabyte, reading contents straight into one buffer that is used again. */
function* chunks(parts: Iterable<Part>, reader: FileReader): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(chunkSize);
  let used = 0;
  for (const part of parts) {
    const size = part instanceof Uint8Array ? part.length : part.size;
    for (let done = 0; done < size; ) {
      const take = Math.min(size - done, chunkSize - used);
      const room = buffer.subarray(used, used + take);
      if (part instanceof Uint8Array) room.set(part.subarray(done, done + take));
      else if ('bytes' in part.content) room.set(part.content.bytes.subarray(done, done + take));
      else reader.fill(part.content.file, part.content.offset + done, room);
      used += take;
      done += take;
      if (used === chunkSize) {
        yield buffer;
        used = 0;
      }
    }
  }
  if (used > 0) yield buffer.subarray(0, used);
}

function* tarParts(entries: readonly Entry[], end: 'ends' | 'goes on'): Generator<Part> {
  for (const entry of entries) {
    yield headerBytes(entry);
    if (entry.type === 'file') yield entry;
    yield padding(contentSize(entry));
  }
  if (end === 'ends') yield tarTrailer();
}

/**
 * A tar archive of entries in the order given, as chunks that share one buffer. Hard links must come after their file.
 * One that goes on has no end: another archive follows.
 */
export function tarChunks(
  entries: readonly Entry[],
  reader: FileReader,
  end: 'ends' | 'goes on' = 'ends',
): Generator<Buffer> {
  const files = entries.filter((entry) => entry.type !== 'hardlink');
  const links = entries.filter((entry) => entry.type === 'hardlink');
  return chunks(tarParts([...files, ...links], end), reader);
}

function* cpioParts(entries: readonly Entry[]): Generator<Part> {
  for (const record of cpioRecords(entries)) {
    yield cpioHeader(record);
    if (record.entry.type === 'file' && record.linkTo === undefined) {
      yield record.entry;
      yield cpioPadding(record.entry.size);
    }
  }
  yield cpioTrailer();
}

/** A cpio archive (newc) of entries in the order given, as chunks that share one buffer. */
export function cpioChunks(entries: readonly Entry[], reader: FileReader): Generator<Buffer> {
  return chunks(cpioParts(entries), reader);
}
