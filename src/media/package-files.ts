import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../base/json.ts';
import { packageRoot } from '../base/package-root.ts';
import type { SourceFile } from '../plan/types.ts';

/** The templates and the theme of the boot menu (`grub/` of the package), by their paths in that folder. */
export function grubFiles(): Record<string, SourceFile> {
  const root = join(packageRoot(), 'grub');
  const names = ['', 'theme/', 'theme/icons/'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.(in|png)$/.test(name))
      .map((name) => `${folder}${name}`),
  );
  return Object.fromEntries(names.sort().map((name) => [name, sourceFile(join(root, name))]));
}

/** The script that chooses a slot on a disk with two of them. */
export function slotsScript(): SourceFile {
  return sourceFile(join(packageRoot(), 'grub', 'disk', 'slots.cfg.in'));
}

/** What GRUB does where a key of the user's guards the medium. */
export function lockedScript(): SourceFile {
  return sourceFile(join(packageRoot(), 'grub', 'secure', 'locked.cfg.in'));
}

/** What GRUB starts with when it was loaded from a network. */
export function netEarlyConfig(): SourceFile {
  return sourceFile(join(packageRoot(), 'grub', 'net', 'early.cfg.in'));
}

function sourceFile(path: string): SourceFile {
  const bytes = readFileSync(path);
  return { path, sha256: sha256(bytes), size: bytes.length };
}
