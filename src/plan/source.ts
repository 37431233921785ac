import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../base/json.ts';
import type { SourceFile } from './types.ts';

/** A file on the build machine, with its digest. */
export function sourceFile(path: string): SourceFile {
  const bytes = readFileSync(path);
  return { path, sha256: sha256(bytes), size: bytes.length };
}

/** One entry that the recipe or a template puts into the livefs; plain data, part of a step's id. */
export interface OverlayEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly type: 'file' | 'dir' | 'symlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Who put it there, for messages. */
  readonly origin: string;
  /** Of a symlink. */
  readonly target?: string;
  /** Of a file: its text, or the key of the source file in the node's `files`. */
  readonly content?: string;
  readonly source?: string;
}

/** Entries and the source files they refer to. */
export interface Overlay {
  readonly entries: OverlayEntry[];
  readonly files: Record<string, SourceFile>;
}

/** 0755 for what its owner may run, else 0644: the builder's umask is no part of an image. */
function plainMode(mode: number): number {
  return (mode & 0o100) === 0 ? 0o644 : 0o755;
}

/**
 * A file, or everything below a folder, as overlay entries at `to` in the livefs, owned by root. `keyed` gives the
 * source files' keys a prefix of their own.
 */
export function overlayFrom(from: string, to: string, origin: string, keyed: string): Overlay {
  const overlay: Overlay = { entries: [], files: {} };
  const visit = (path: string, at: string): void => {
    const stat = lstatSync(path);
    const owner = { uid: 0, gid: 0, origin };
    if (stat.isSymbolicLink()) {
      overlay.entries.push({ ...owner, path: at, type: 'symlink', mode: 0o777, target: readlinkSync(path) });
    } else if (stat.isDirectory()) {
      if (at !== '') overlay.entries.push({ ...owner, path: at, type: 'dir', mode: 0o755 });
      for (const name of readdirSync(path).sort())
        visit(join(path, name), at === '' ? name : `${at}/${name}`);
    } else {
      const key = `${keyed}/${at}`;
      overlay.files[key] = sourceFile(path);
      overlay.entries.push({ ...owner, path: at, type: 'file', mode: plainMode(stat.mode), source: key });
    }
  };
  visit(from, to);
  return overlay;
}
