import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';
import { mergeFragments } from '../../src/kernel/merge.ts';
import { buildScript, configScript, makeEnv, unpackScript } from '../../src/kernel/scripts.ts';
import { nameOfCase } from '../../src/proof/report/summary.ts';
import type { ProofReport } from '../../src/proof/result.ts';
import { loadRecipe } from '../../src/recipe/load.ts';

const recordFile = join(packageRoot(), 'test', 'golden', 'kernel-proven.json');

/** With which options, scripts and cases the kernel of a recipe was last compiled and booted. */
export interface KernelRecord {
  readonly recipe: string;
  /** SHA-256 over what the kernel is made of, without its source: a new version of Debian's changes nothing here. */
  readonly inputs: string;
  /** Names of the cases that passed. */
  readonly cases: readonly string[];
}

export async function kernelInputs(recipe: string): Promise<string> {
  const { kernel } = (await loadRecipe(join(packageRoot(), 'recipes', `${recipe}.yaml`), {})).recipe;
  if (kernel.from.kind !== 'source') throw new Error(`the kernel of ${recipe} is not built from source`);
  const { fragments, base, suffix } = kernel.from;
  const texts = fragments.map((each) => ({ ...each, text: readFileSync(each.file, 'utf8') }));
  const asked = mergeFragments(texts).asked.map(({ name, value }) => [name, value]);
  const made = [asked, base, suffix, makeEnv, unpackScript, configScript, buildScript];
  return createHash('sha256').update(JSON.stringify(made)).digest('hex');
}

export function readKernelRecord(): KernelRecord | undefined {
  return existsSync(recordFile) ? (JSON.parse(readFileSync(recordFile, 'utf8')) as KernelRecord) : undefined;
}

/** Keeps what a run of the recipe's tests has shown. */
export function writeKernelRecord(inputs: string, { name, cases }: ProofReport): void {
  const record: KernelRecord = { recipe: name, inputs, cases: cases.map(nameOfCase) };
  writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
}
