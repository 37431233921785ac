import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packageRoot } from '../../src/base/package-root.ts';
import { type Picture, readPpm } from '../../src/formats/ppm.ts';

/** A file of what was once seen of real guests. */
export function recorded(name: string): Buffer {
  const bytes = readFileSync(join(packageRoot(), 'test', 'fixtures', 'boot', name));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

export function recordedPicture(name: string): Picture {
  return readPpm(recorded(`${name}.ppm.gz`));
}

/** What a guest said on its serial line after each key. */
export interface Said {
  /** Nothing for what it said before the first key. */
  readonly after: '' | 'up' | 'down' | 'enter';
  readonly said: string;
}

export function recordedMenu(name: string): readonly Said[] {
  return JSON.parse(recorded(`${name}.json.gz`).toString()) as Said[];
}
