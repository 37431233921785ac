import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../base/json.ts';
import type { LockedPackage } from '../debian/package.ts';
import { earlyCpio } from '../formats/early-cpio.ts';
import type { FileEntry } from '../formats/tree.ts';
import { type MicrocodeWish, microcodeMaker, microcodePaths } from '../hardware/microcode.ts';
import { stepNode } from '../plan/node.ts';
import type { StepKind, StepNode } from '../plan/types.ts';
import { packageArtifacts, packageInputs } from './package.ts';
import { fileReader } from './read-file.ts';
import { loadEntries } from './tree-file.ts';

/** Name in the step's artifact; empty where no processor it is for has an update. */
export const microcodeArchive = 'microcode.cpio';

/** Puts processors' microcode where the kernel finds it before anything else: in an archive before all others of the initrd. */
export const microcodeStep: StepKind = {
  name: 'microcode',
  version: 1,
  waits: true,
  run(context, options) {
    const wish = options as unknown as MicrocodeWish;
    using reader = fileReader();
    const found: { readonly maker: 'intel' | 'amd'; readonly entry: FileEntry }[] = [];
    for (const { artifact } of packageArtifacts(context.inputs)) {
      for (const entry of loadEntries(artifact.file('tree.json'))) {
        const maker = entry.type === 'file' ? microcodeMaker(entry.path, wish) : undefined;
        if (maker !== undefined && entry.type === 'file') found.push({ maker, entry });
      }
    }
    const files = (['amd', 'intel'] as const).flatMap((maker) => {
      const own = found.filter((each) => each.maker === maker).map(({ entry }) => entry);
      own.sort((a, b) => (a.path < b.path ? -1 : 1));
      const bytes = Buffer.concat(own.map((entry) => reader.read(entry)));
      return bytes.length === 0 ? [] : [{ path: microcodePaths[maker], bytes }];
    });
    const archive = files.length === 0 ? Buffer.alloc(0) : earlyCpio(files, context.epoch);
    writeFileSync(join(context.out, microcodeArchive), archive);
    return Promise.resolve();
  },
};

export function microcodeNode(
  packages: readonly LockedPackage[],
  wish: MicrocodeWish,
  epoch: number,
): StepNode | undefined {
  if (packages.length === 0) return undefined;
  const options = wish.cpu === undefined ? { small: wish.small } : { ...wish };
  return stepNode(microcodeStep, {
    title: 'take microcode for processors',
    options: options as unknown as Json,
    inputs: packageInputs(packages),
    epoch,
  });
}
