import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateFile } from '../../base/system.ts';
import type { Entry } from '../../formats/tree.ts';
import type { StepContext } from '../../plan/types.ts';
import { tarChunks } from '../pack.ts';
import { fileReader } from '../read-file.ts';

/** Names in the artifact of a step that makes the root of a template. */
export const rootFiles = {
  /** The whole root as an uncompressed tar: ustar and pax, extended attributes too, hard links after their files. */
  tar: 'root.tar',
  /** `RootFacts` as JSON. */
  facts: 'root.json',
} as const;

/** How systems made from a root start, and where it came from, for a person. */
export type RootFacts = Pick<TemplateFile, 'source' | 'init' | 'env'>;

/** Writes the artifact. @param entries parents before children */
export function writeRoot(context: StepContext, entries: readonly Entry[], facts: RootFacts): void {
  using reader = fileReader();
  const fd = openSync(join(context.out, rootFiles.tar), 'w');
  try {
    for (const chunk of tarChunks(entries, reader)) writeSync(fd, chunk);
  } finally {
    closeSync(fd);
  }
  writeFileSync(join(context.out, rootFiles.facts), JSON.stringify(facts));
}
