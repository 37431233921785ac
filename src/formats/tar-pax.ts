/** Records of pax extended headers (POSIX.1-2017, pax, "pax Extended Header"): `LENGTH KEY=VALUE\n`, the length in bytes of all of it. */
interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
  /** As it was written. */
  readonly whole: Buffer;
}

/** How GNU tar, bsdtar and sqfstar name extended attributes. */
export const xattrPrefix = 'SCHILY.xattr.';

/** The records of a header's body, up to the first that is none. */
export function paxRecords(body: Buffer): PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at);
    const length = Number(body.toString('latin1', at, Math.max(at, blank)));
    const whole = body.subarray(at, at + length);
    const equals = whole.indexOf(0x3d, blank - at);
    if (!Number.isSafeInteger(length) || length < 5 || whole.length < length || equals < 0) return records;
    const key = whole.toString('utf8', blank - at + 1, equals);
    records.push({ key, value: whole.subarray(equals + 1, length - 1), whole });
    at += length;
  }
  return records;
}

export function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
