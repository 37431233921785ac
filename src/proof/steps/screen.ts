import { waitForScreen } from '../../boot/screen.ts';
import type { StepRunner } from './types.ts';

export const screen: StepRunner<'screen'> = {
  title: ({ contains, save }) =>
    [
      'screen:',
      ...contains.map((text) => JSON.stringify(text)),
      ...(save === undefined ? [] : [`save ${save}`]),
    ].join(' '),
  within: 60_000,
  async run({ contains, save }, { guest, within, screenshot }) {
    if (contains.length > 0) await waitForScreen(guest.machine.guest(), contains, { within });
    if (save !== undefined) await screenshot(save);
    return undefined;
  },
};
