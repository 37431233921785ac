/** A file of an archive that the kernel reads before it has memory management. */
export interface EarlyFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const headerSize = 110;
const alignment = 16;

/**
 * An uncompressed archive (newc) whose contents start on 16 bytes, as processors want their microcode: the names are filled up with
 * zeros, which ends them for whoever reads them (Linux: lib/earlycpio.c). The folders come first.
 * @param epoch time of all in it, seconds since 1970
 */
export function earlyCpio(files: readonly EarlyFile[], epoch: number): Buffer {
  const folders = [...new Set(files.flatMap(({ path }) => parents(path)))].sort();
  const parts: Buffer[] = [];
  let offset = 0;
  const add = (name: string, mode: number, bytes: Uint8Array): void => {
    const least = offset + headerSize + Buffer.byteLength(name) + 1;
    const fill = bytes.length === 0 ? (4 - (least % 4)) % 4 : (alignment - (least % alignment)) % alignment;
    const named = Buffer.byteLength(name) + 1 + (bytes.length === 0 ? 0 : fill);
    const fields = [parts.length + 1, mode, 0, 0, 1, epoch, bytes.length, 0, 0, 0, 0, named, 0];
    const text = `070701${fields.map((value) => value.toString(16).padStart(8, '0')).join('')}${name}`;
    const part = Buffer.concat([
      Buffer.from(`${text}\0`),
      Buffer.alloc(fill),
      bytes,
      Buffer.alloc((4 - (bytes.length % 4)) % 4),
    ]);
    parts.push(part);
    offset += part.length;
  };
  for (const folder of folders) add(folder, 0o040755, new Uint8Array());
  for (const { path, bytes } of files) add(path, 0o100644, bytes);
  add('TRAILER!!!', 0, new Uint8Array());
  return Buffer.concat(parts);
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
