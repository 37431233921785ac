import { copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { withScratch } from '../sys/scratch.ts';
import type { AptRepository } from './apt-repositories.ts';

/** Runs `work` with repositories whose keys lie at paths that `signed-by` can name: it splits at spaces and commas. */
export async function withPlainKeys<T>(
  repositories: readonly AptRepository[],
  work: (repositories: readonly AptRepository[]) => Promise<T>,
): Promise<T> {
  if (repositories.every(({ key }) => isPlain(key))) return work(repositories);
  return withScratch(tmpdir(), (dir) =>
    work(
      repositories.map((repository, index) => {
        const key = join(dir, `${index}${extname(repository.key)}`);
        copyFileSync(repository.key, key);
        return { ...repository, key };
      }),
    ),
  );
}

function isPlain(path: string): boolean {
  return /^[\w./+~@-]+$/.test(path);
}
