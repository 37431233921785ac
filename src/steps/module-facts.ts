import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aliasesOfBuiltin } from '../hardware/builtin-aliases.ts';
import { stepNode } from '../plan/node.ts';
import type { Artifact, StepKind, StepNode } from '../plan/types.ts';
import { aliasesName } from './module-aliases.ts';
import { modinfoValues } from './module-index.ts';
import { unpackedPath, unpackModules } from './modules.ts';
import { kernelModules, kernelTree } from './modules-layer.ts';
import { fileReader } from './read-file.ts';

/** So many modules are unpacked at once: all of a kernel's would fill half a gigabyte. */
const batch = 400;

/** Reads which devices each module of a kernel drives, those built in too: depmod's `modules.alias`, of all that there is. */
export const moduleFactsStep: StepKind = {
  name: 'module-facts',
  version: 2,
  async run(context) {
    using reader = fileReader();
    const { index } = kernelModules(context.inputs, reader);
    const aliases = [...aliasesOfBuiltin(index.builtin), ...builtinAliases(context.inputs, reader)];
    const files = [...index.files];
    for (let at = 0; at < files.length; at += batch) {
      const some = files.slice(at, at + batch);
      const root = join(context.scratch, `some-${at}`);
      mkdirSync(root);
      await unpackModules(
        context,
        some.map(([, entry]) => entry),
        root,
        reader,
      );
      for (const [name, entry] of some) {
        const bytes = readFileSync(unpackedPath(root, entry));
        for (const alias of modinfoValues(bytes, 'alias')) aliases.push([alias, name]);
      }
      rmSync(root, { recursive: true });
    }
    writeFileSync(join(context.out, aliasesName), JSON.stringify(aliases));
  },
};

/** `modules.builtin.modinfo` has the fields of what is built in, each as `module.field=value` and a zero. */
function builtinAliases(
  inputs: Readonly<Record<string, Artifact>>,
  reader: ReturnType<typeof fileReader>,
): [string, string][] {
  const entry = kernelTree(inputs)
    .list()
    .find(({ path }) => path.endsWith('/modules.builtin.modinfo'));
  if (entry?.type !== 'file') return [];
  return reader
    .read(entry)
    .toString('latin1')
    .split('\0')
    .flatMap((field): [string, string][] => {
      const match = /^([^.=]+)\.alias=(.*)$/s.exec(field);
      return match === null ? [] : [[match[2] ?? '', (match[1] ?? '').replaceAll('-', '_')]];
    });
}

/** @param inputs those of the kernel's modules */
export function moduleFactsNode(inputs: Readonly<Record<string, StepNode>>): StepNode {
  return stepNode(moduleFactsStep, { title: 'read which devices the kernel’s modules drive', inputs });
}
