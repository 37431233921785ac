import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../base/errors.ts';
import { removeDeadScratch, withScratch } from '../sys/scratch.ts';
import { makeFolder, notWritable, storageError } from './files.ts';
import {
  type ArtifactMeta,
  firstDamaged,
  metaFormat,
  metaName,
  type Recorded,
  readMeta,
  recordFiles,
} from './meta.ts';

/** A finished step's folder. */
export interface StoredArtifact {
  readonly id: string;
  readonly dir: string;
  readonly meta: ArtifactMeta;
}

/** The content-addressed cache of one user. All methods leave it sound whatever happens to the process. */
export interface Store {
  readonly dir: string;
  /** Where a downloaded package with this SHA-256 lies, or will lie. */
  readonly blob: (sha256: string) => string;
  /** For temporary files; on the same file system as the rest, so that a rename moves them into place. */
  readonly tmp: string;
  /** The artifact with this id, or `undefined` where there is none or it was damaged (it is removed then). */
  find(id: string): StoredArtifact | undefined;
  /** Makes an artifact: `work` fills a folder, which appears under its id only when `work` has returned. */
  make(
    id: string,
    title: string,
    made: Recorded,
    work: (out: string, warn: (diagnostic: Diagnostic) => void) => Promise<void>,
  ): Promise<StoredArtifact>;
  /** What a slot (one step of one recipe, whatever its id) was last made from. */
  lastMade(slot: string): Recorded | undefined;
  remember(slot: string, id: string): void;
}

const hourMs = 3_600_000;

/** Marks as just used, for pruning. An hour's grain spares most writes. */
function touch(path: string): void {
  const now = Date.now();
  if (now - statSync(path).atimeMs > hourMs) utimesSync(path, new Date(now), statSync(path).mtime);
}

/** Opens the store, making it where it is not there, and clears what dead builds left in its temporary folder. */
export function openStore(dir: string): Store {
  const steps = join(dir, 'steps');
  const tmp = join(dir, 'tmp');
  const slots = join(dir, 'slots');
  try {
    for (const part of [steps, tmp, slots, join(dir, 'blobs', 'sha256')]) makeFolder(part);
  } catch (error) {
    throw notWritable(error, dir);
  }
  removeDeadScratch(tmp);
  const known = new Map<string, StoredArtifact>();
  const place = (id: string): string => join(steps, id.slice(0, 2), id);

  const find = (id: string): StoredArtifact | undefined => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const at = place(id);
    if (!existsSync(at)) return undefined;
    const meta = readMeta(at);
    if (meta?.id !== id || firstDamaged(at, meta.files) !== undefined) {
      rmSync(at, { recursive: true, force: true });
      return undefined;
    }
    touch(join(at, metaName));
    const artifact = { id, dir: at, meta };
    known.set(id, artifact);
    return artifact;
  };

  return {
    dir,
    tmp,
    blob: (sha256) => join(dir, 'blobs', 'sha256', sha256.slice(0, 2), sha256),
    find,
    make: (id, title, made, work) =>
      withScratch(tmp, async (out) => {
        try {
          const warnings: Diagnostic[] = [];
          await work(out, (diagnostic) => warnings.push(diagnostic));
          const files = recordFiles(out, made.bulk ? 'crc32' : 'sha256');
          const bytes = files.reduce((sum, file) => sum + file.size, 0);
          const meta: ArtifactMeta = { format: metaFormat, id, title, made, bytes, warnings, files };
          writeFileSync(join(out, metaName), JSON.stringify(meta));
          mkdirSync(join(steps, id.slice(0, 2)), { recursive: true });
          publish(out, place(id));
          const artifact = find(id);
          if (artifact === undefined) throw new Error(`artifact ${id} vanished`);
          return artifact;
        } catch (error) {
          throw storageError(error, dir);
        }
      }),
    lastMade: (slot) => {
      try {
        const id = readFileSync(join(slots, slot), 'utf8');
        return readMeta(place(id))?.made ?? undefined;
      } catch {
        return undefined;
      }
    },
    remember: (slot, id) => {
      try {
        if (readFileSync(join(slots, slot), 'utf8') === id) return;
      } catch {
        // no such slot yet
      }
      // Only a hint for `plan`: not worth a sync.
      writeFileSync(join(slots, slot), id);
    },
  };
}

/** Renames a finished folder into place. Where another build was first, its artifact, made from the same id, stays. */
function publish(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
