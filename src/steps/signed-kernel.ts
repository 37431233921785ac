import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepNode } from '../plan/node.ts';
import type { StepKind, StepNode } from '../plan/types.ts';
import type { SecureBoot } from '../recipe/types.ts';
import { signingFiles, writeProgram } from './signing.ts';

/** The kernel with the user's signature instead of Debian's: some firmware looks at the first one only. */
export const signedKernelStep: StepKind = {
  name: 'signed-kernel',
  version: 1,
  run(context) {
    const kernel = context.inputs['kernel'];
    if (kernel === undefined) throw new Error('there is no kernel to sign');
    writeProgram(context, readFileSync(kernel.file('vmlinuz')), join(context.out, 'vmlinuz'));
    copyFileSync(kernel.file('release'), join(context.out, 'release'));
    return Promise.resolve();
  },
};

/** The kernel for a medium: as it is, or signed by the user's key. */
export function kernelFor(secure: SecureBoot, kernel: StepNode): StepNode {
  if (secure.kind !== 'own') return kernel;
  return stepNode(signedKernelStep, {
    title: 'sign the kernel',
    inputs: { kernel },
    files: signingFiles(secure),
  });
}
