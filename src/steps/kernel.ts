import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { stepNode } from '../plan/node.ts';
import type { StepKind, StepNode } from '../plan/types.ts';
import { kernelTree } from './modules-layer.ts';
import { fileReader } from './read-file.ts';

/** Takes the kernel image out of its package: `vmlinuz`, and `release` (the text of `uname -r`). */
export const kernelStep: StepKind = {
  name: 'kernel',
  version: 1,
  run(context) {
    const tree = kernelTree(context.inputs);
    const image = tree
      .list()
      .find((entry) => entry.type === 'file' && entry.path.startsWith('boot/vmlinuz-'));
    if (image?.type !== 'file') {
      throw new FailedError('no-kernel', 'the kernel package brings no /boot/vmlinuz-*', {
        hint: 'name a package such as linux-image-amd64 in `kernel.package`',
      });
    }
    using reader = fileReader();
    writeFileSync(join(context.out, 'vmlinuz'), reader.read(image));
    writeFileSync(join(context.out, 'release'), image.path.slice('boot/vmlinuz-'.length));
    return Promise.resolve();
  },
};

/** @param inputs the kernel's packages, or a step whose artifact looks like that of one */
export function kernelNode(inputs: Readonly<Record<string, StepNode>>): StepNode {
  return stepNode(kernelStep, { title: 'take the kernel image', inputs });
}
