import { readFileSync } from 'node:fs';
import type { Artifact } from '../plan/types.ts';

/** What the modules of a kernel say of the devices they drive: pairs of a pattern and a module's name. */
type ModuleAliases = readonly (readonly [string, string])[];

/** Name in the artifact of the step `module-facts`. */
export const aliasesName = 'aliases.json';
/** Name of that step as an input of another. */
export const factsInput = 'module facts';

export function readAliases(artifact: Artifact): ModuleAliases {
  return JSON.parse(readFileSync(artifact.file(aliasesName), 'utf8')) as ModuleAliases;
}
