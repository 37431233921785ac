import { stepNode } from '../../../src/plan/node.ts';
import type { StepNode } from '../../../src/plan/types.ts';

/** A step that stands for another one. */
export const input = (name: string): StepNode =>
  stepNode({ name, version: 1, run: () => Promise.resolve() }, { title: name });

const file = { path: '/init', sha256: '', size: 0 };

/** What media that are a root are put together from. */
export const rootParts = {
  layers: ['packages', 'modules', 'pe'].map((name) => ({ name, node: input(name) })),
  early: {
    init: file,
    busybox: {
      ...{ name: 'busybox-static', version: '1', arch: 'amd64', source: 'debian' },
      ...{ path: 'b.deb', size: 1, sha256: 'b' },
    },
  },
  templateRoot: (name: string): StepNode => input(`root of ${name}`),
};
