import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import { type MemoryFacts, type MemoryNeed, memoryNeed } from '../base/memory-need.ts';
import { memoryMistake, type NeedContext } from '../base/memory-words.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, SourceFile, StepContext, StepKind, StepNode } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { largestParts, memoryFacts } from './memory-facts.ts';

const fileName = 'memory.json';
/** Parts that are named where an image is too large. */
const named = 5;

interface MemoryOptions {
  readonly format: LivefsFormat;
  readonly layers: readonly string[];
  /** Any of the media starts on a BIOS. */
  readonly bios: boolean;
  /** Media are signed for Secure Boot. */
  readonly signed: boolean;
  /** `hardware.memory`, in bytes; null: not said. */
  readonly limit: number | null;
}

/** What is predicted of an image. */
export interface Memory {
  readonly facts: MemoryFacts;
  readonly need: MemoryNeed;
  readonly context: NeedContext;
}

function artifactOf(context: Pick<StepContext, 'inputs'>, name: string): Artifact {
  const artifact = context.inputs[name];
  if (artifact === undefined) throw new Error(`the prediction of memory has no input ${name}`);
  return artifact;
}

/** Predicts the memory that an image needs, and refuses one that needs more than the recipe's machine has. */
export const memoryStep: StepKind = {
  name: 'memory',
  version: 3,
  run(context, json) {
    const { limit, ...options } = json as unknown as MemoryOptions;
    const memory = predict(options, context.inputs, context.files['init']?.size ?? 0);
    const mistake = limit === null ? undefined : memoryMistake(limit, memory.need, memory.context);
    if (mistake?.kind === 'error') throw new UserError(mistake.diagnostic);
    if (mistake?.kind === 'warning') context.warn(mistake.diagnostic);
    writeFileSync(join(context.out, fileName), JSON.stringify(memory));
    return Promise.resolve();
  },
};

function predict(
  { format, layers, bios, signed }: Omit<MemoryOptions, 'limit'>,
  inputs: StepContext['inputs'],
  init: number,
): Memory {
  const made = layers.map((name) => ({ name, artifact: artifactOf({ inputs }, `layer ${name}`) }));
  const kernel = artifactOf({ inputs }, 'kernel');
  const facts = memoryFacts({ format, kernel, layers: made, init, signed, microcode: inputs['microcode'] });
  const largest = largestParts({ layers: made }, named);
  return { facts, need: memoryNeed(facts), context: { format, largest, estimate: false, bios } };
}

export interface MemoryParts {
  readonly format: LivefsFormat;
  readonly kernel: StepNode;
  /** Lowest first. */
  readonly layers: readonly { readonly name: string; readonly node: StepNode }[];
  /** Early init. */
  readonly init: SourceFile;
  readonly microcode: StepNode | undefined;
  readonly bios: boolean;
  /** Media are signed for Secure Boot. */
  readonly signed: boolean;
  /** Bytes. */
  readonly limit: number | undefined;
}

export function memoryNode(parts: MemoryParts): StepNode {
  const { format, kernel, layers, init, microcode, bios, signed, limit } = parts;
  const options: MemoryOptions = {
    ...{ format, layers: layers.map(({ name }) => name) },
    ...{ bios, signed, limit: limit ?? null },
  };
  return stepNode(memoryStep, {
    title: 'predict the memory it needs',
    options: options as unknown as Json,
    inputs: {
      kernel,
      ...Object.fromEntries(layers.map(({ name, node }) => [`layer ${name}`, node])),
      ...(microcode === undefined ? {} : { microcode }),
    },
    files: { init },
  });
}

/** What the step wrote. */
export function readMemory(artifact: Pick<Artifact, 'file'>): Memory {
  return JSON.parse(readFileSync(artifact.file(fileName), 'utf8')) as Memory;
}

/** The same without the step, where what it needs is there. */
export function predictFrom(
  node: StepNode,
  find: (node: StepNode) => Artifact | undefined,
): Memory | undefined {
  const found = Object.entries(node.inputs).map(([name, input]) => [name, find(input)] as const);
  if (found.some(([, artifact]) => artifact === undefined)) return undefined;
  const inputs = Object.fromEntries(found) as Record<string, Artifact>;
  return predict(node.options as unknown as MemoryOptions, inputs, node.files['init']?.size ?? 0);
}
