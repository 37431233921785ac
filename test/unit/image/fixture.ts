import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach } from 'vitest';

const packed = new URL('../../fixtures/image/xorriso.iso.gz', import.meta.url);

/** The image that xorriso wrote (test/fixtures/image). */
export function xorrisoImage(): Buffer {
  return gunzipSync(readFileSync(packed));
}

/** A folder for each test, and a way to put files there. */
export function testFolder(): {
  path: (name: string) => string;
  put: (name: string, bytes: string | Uint8Array) => string;
} {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'diskbios-image-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const path = (name: string): string => join(dir, name);
  return {
    path,
    put(name, bytes) {
      writeFileSync(path(name), bytes);
      return path(name);
    },
  };
}
