import { maker } from './make.ts';
import type { FinishStep } from './types.ts';

/** The links of a merged /usr: always these, and `lib64` and its like where there is something to point to. */
const always = ['bin', 'sbin', 'lib'];
const where = ['lib64', 'lib32', 'libx32', 'libo32'];

/** `/bin`, `/sbin`, `/lib` and `/lib64` as links into `/usr`, as base-files would bring them. */
export const usrMerge: FinishStep = {
  name: 'merged /usr',
  run({ tree, epoch }) {
    const make = maker(this.name, epoch);
    const dirs = always.filter((name) => !tree.has(`usr/${name}`)).map((name) => make.dir(`usr/${name}`));
    const names = [...always, ...where.filter((name) => tree.get(`usr/${name}`)?.type === 'dir')];
    const links = names.filter((name) => !tree.has(name)).map((name) => make.link(name, `usr/${name}`));
    return { entries: [...dirs, ...links], warnings: [] };
  },
};
