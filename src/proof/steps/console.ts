import type { StepRunner } from './types.ts';

export const console: StepRunner<'console'> = {
  title: ({ expect, send }) =>
    [
      'console:',
      ...(expect === undefined ? [] : [`expect /${expect}/`]),
      ...(send === undefined ? [] : [`send ${JSON.stringify(send)}`]),
    ].join(' '),
  within: 60_000,
  async run({ expect, send }, { guest, within }) {
    const running = guest.machine.guest();
    const match =
      expect === undefined ? undefined : await running.waitFor(new RegExp(expect, 'm'), { within });
    // Enter is a carriage return on a terminal.
    if (send !== undefined) running.serial.send(send.replaceAll('\n', '\r'));
    return match?.groups[0];
  },
};
