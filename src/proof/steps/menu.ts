import { chooseEntry } from '../../boot/menu.ts';
import type { StepRunner } from './types.ts';

export const menu: StepRunner<'menu'> = {
  title: ({ entry }) => `menu: ${entry}`,
  within: 60_000,
  async run({ entry, by }, { guest, within }) {
    await chooseEntry(guest.machine.guest(), entry, { by, within });
    guest.menuPassed = true;
    return undefined;
  },
};
