import { decode } from '../../base/decode.ts';

/** Turns chunks of bytes into lines of text. UTF-8 is kept as it is written; control characters are dropped. */
export function lineSplitter(line: (text: string) => void): (bytes: Uint8Array | undefined) => void {
  let rest: number[] = [];
  const flush = (): void => {
    if (rest.length > 0) line(decode(rest));
    rest = [];
  };
  return (bytes) => {
    if (bytes === undefined) {
      flush();
      return;
    }
    for (const byte of bytes) {
      if (byte === 10 || rest.length >= 4096) flush();
      if (byte >= 32 || byte === 9) rest.push(byte);
    }
  };
}
