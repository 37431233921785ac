/** What Rock Ridge (IEEE P1282, in the fields of SUSP, IEEE P1281) says about one directory record. */
export interface RockRidge {
  readonly name: string | undefined;
  /** `st_mode`, with the file's type. */
  readonly mode: number | undefined;
  /** A symbolic link's target. */
  readonly target: string | undefined;
  /** Sector of a directory that was moved because it lay too deep. */
  readonly childSector: number | undefined;
  /** The record of such a directory at the place it was moved to; it is shown where it belongs instead. */
  readonly relocated: boolean;
}

type ReadContinuation = (sector: number, offset: number, length: number) => Buffer;

interface Field {
  readonly signature: string;
  readonly data: Buffer;
}

/** The fields of a record, with its continuation areas (CE) followed. */
function fields(area: Buffer, read: ReadContinuation): Field[] {
  const list: Field[] = [];
  let rest: Buffer | undefined = area;
  for (let areas = 0; rest !== undefined && areas < 64; areas += 1) {
    let next: Buffer | undefined;
    for (let at = 0; at + 4 <= rest.length; ) {
      const signature = rest.toString('latin1', at, at + 2);
      const length = rest[at + 2] ?? 0;
      if (length < 4 || signature === 'ST') break;
      const field = rest.subarray(at, at + length);
      if (signature === 'CE' && field.length >= 28) {
        next = read(field.readUInt32LE(4), field.readUInt32LE(12), field.readUInt32LE(20));
      } else list.push({ signature, data: field.subarray(4) });
      at += length;
    }
    rest = next;
  }
  return list;
}

/** Appends the components of an SL field; a component may go on in the next one. */
function linkComponents(data: Buffer, parts: string[], state: { open: boolean }): void {
  for (let at = 1; at + 2 <= data.length; ) {
    const flags = data[at] ?? 0;
    const length = data[at + 1] ?? 0;
    const text = data.toString('utf8', at + 2, at + 2 + length);
    const part = (flags & 0x08) !== 0 ? '' : (flags & 0x04) !== 0 ? '..' : (flags & 0x02) !== 0 ? '.' : text;
    if (state.open) parts.push((parts.pop() ?? '') + part);
    else parts.push(part);
    state.open = (flags & 0x01) !== 0;
    at += 2 + length;
  }
}

/** Reads the system use area of a directory record. */
export function readSystemUse(area: Buffer, read: ReadContinuation): RockRidge {
  const name: Buffer[] = [];
  const link: string[] = [];
  const state = { open: false };
  let isLink = false;
  let mode: number | undefined;
  let childSector: number | undefined;
  let relocated = false;
  for (const { signature, data } of fields(area, read)) {
    if (signature === 'NM') name.push(data.subarray(1));
    else if (signature === 'PX' && data.length >= 4) mode = data.readUInt32LE(0);
    else if (signature === 'CL' && data.length >= 4) childSector = data.readUInt32LE(0);
    else if (signature === 'RE') relocated = true;
    else if (signature === 'SL') {
      isLink = true;
      linkComponents(data, link, state);
    }
  }
  const target = link.length === 1 && link[0] === '' ? '/' : link.join('/');
  return {
    name: name.length === 0 ? undefined : Buffer.concat(name).toString('utf8'),
    mode,
    target: isLink ? target : undefined,
    childSector,
    relocated,
  };
}
