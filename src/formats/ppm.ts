import { FailedError } from '../base/errors.ts';

/** A picture as rows of colours, 0xRRGGBB each, from the upper left corner. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Int32Array;
}

/**
 * Reads a binary PPM with 8 bits a colour (netpbm's ppm(5)), as QEMU's `screendump` writes it. Throws `FailedError`
 * (`not-a-picture`) where it is none or is cut off.
 */
export function readPpm(bytes: Uint8Array): Picture {
  const head = /^P6\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s+255\s/.exec(
    Buffer.from(bytes.subarray(0, 200)).toString('latin1'),
  );
  const [width, height] = [Number(head?.[1] ?? 0), Number(head?.[2] ?? 0)];
  const start = head?.[0].length ?? 0;
  if (head === null || bytes.length < start + width * height * 3) {
    throw new FailedError('not-a-picture', 'it is not a whole picture in the format PPM');
  }
  const pixels = new Int32Array(width * height);
  for (let i = 0, at = start; i < pixels.length; i += 1, at += 3) {
    pixels[i] = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  }
  return { width, height, pixels };
}
