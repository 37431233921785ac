import type { Artifact, SourceFile, StepContext, StepNode } from '../plan/types.ts';
import type { MediumParts } from './types.ts';

/** Where the extra files of a medium come from, as part of a step's options. */
export interface PlacedExtras {
  /** Paths on the medium of files that other steps make: input name and file name. */
  readonly made: Readonly<Record<string, { readonly input: string; readonly file: string }>>;
  /** Paths on the medium of source files, by their names in the node's `files`. */
  readonly given: Readonly<Record<string, string>>;
}

/** Extras as inputs and files of a node, and where each belongs. */
export function placeExtras(extras: MediumParts['extras'], prefix = 'extra:') {
  const inputs: Record<string, StepNode> = {};
  const files: Record<string, SourceFile> = {};
  const made: Record<string, { input: string; file: string }> = {};
  const given: Record<string, string> = {};
  for (const [path, extra] of Object.entries(extras)) {
    const name = `${prefix}${path}`;
    if ('node' in extra) {
      inputs[name] = extra.node;
      made[path] = { input: name, file: extra.file };
    } else {
      files[name] = extra;
      given[path] = name;
    }
  }
  return { inputs, files, made, given };
}

/** The extra files on disk by their paths on the medium. */
export function extraFiles(context: StepContext, { made, given }: PlacedExtras): Record<string, string> {
  const fromSteps = Object.entries(made).map(([path, { input, file }]) => [
    path,
    stepInput(context, input).file(file),
  ]);
  const fromSources = Object.entries(given).map(([path, name]) => [path, context.files[name]?.path]);
  return Object.fromEntries([...fromSteps, ...fromSources]) as Record<string, string>;
}

/** An input that a medium's step cannot do without. */
export function stepInput(context: StepContext, name: string): Artifact {
  const artifact = context.inputs[name];
  if (artifact === undefined) throw new Error(`the medium needs the input ${name}`);
  return artifact;
}
