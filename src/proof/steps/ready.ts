import { readyPattern } from '../../base/console-lines.ts';
import { BootError } from '../../boot/failures.ts';
import { passMenu } from '../../boot/menu.ts';
import { lastLines } from '../../boot/terminal-text.ts';
import { ExpectationError } from '../failed-expectation.ts';
import type { CaseGuest, StepContext, StepRunner } from './types.ts';

export const ready: StepRunner<'ready'> = {
  title: ({ mode }) => `ready: ${mode}`,
  within: 120_000,
  async run({ mode }, context) {
    const came = await awaitReady(context);
    if (came === mode) return undefined;
    throw new ExpectationError(`the PE came up in another mode than ${mode}`, [
      `expected: ${mode}`,
      `came:     ${came}`,
    ]);
  },
};

/**
 * Waits until the PE is up and gives its mode. Throws a `BootError` where it does not come up, `service-failed` where it did
 * without one of its services.
 */
export async function awaitReady({
  guest,
  within,
  patience,
}: Pick<StepContext, 'guest' | 'within' | 'patience'>): Promise<string> {
  const started = performance.now();
  const running = guest.machine.guest();
  await passMenuOnce(guest, within);
  const left = Math.max(0, within - (performance.now() - started) / patience);
  const { groups } = await running.waitFor(readyPattern, { what: 'DISKBIOS-READY', within: left });
  const [line, mode = '', , failed] = groups;
  if (failed === undefined) return mode;
  throw new BootError(
    { failure: 'service-failed', message: `the PE came up without ${failed.replaceAll(',', ', ')}`, line },
    lastLines(running.serial.text(), 20),
    running.command,
  );
}

/** Does not wait for the menu's countdown, unless a step has seen to the menu, or the PE is up already. */
async function passMenuOnce(guest: CaseGuest, within: number): Promise<void> {
  const running = guest.machine.guest();
  const isUp = readyPattern.test(running.serial.text().slice(guest.bootStart));
  if (!guest.menuPassed && !isUp) await passMenu(running, { within });
  guest.menuPassed = true;
}
