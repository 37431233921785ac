import { setTimeout as sleep } from 'node:timers/promises';
import { readyPattern } from '../../base/console-lines.ts';
import { BootError } from '../../boot/failures.ts';
import { type Guest, withGuest } from '../../boot/guest.ts';
import { type Prepared, tolerated, within } from './prepared.ts';

/** What a boot to READY may take on an ordinary machine, in milliseconds. */
const readyMs = 120_000;
/** The welcome screen is drawn after READY: it is done when the console has been quiet for so long. */
const quietMs = 1000;
const longestDrawing = 5000;

/**
 * Boots, saves the screen as PNG at READY, and switches off. A boot that fails is saved as well, and is an error; who gave
 * `--within` gets the screen of that moment, READY or not.
 */
export async function runForScreenshot(prepared: Prepared, file: string): Promise<void> {
  const { io, tools, request, options, wish } = prepared;
  await withGuest(tools, request, options, async (guest) => {
    try {
      // A menu or another system may say nothing for as long as it likes.
      const silence = wish.within === undefined ? {} : { silence: Infinity };
      await guest.waitFor(readyPattern, {
        within: within(prepared, readyMs),
        ...silence,
        despite: tolerated,
      });
      await untilDrawn(guest);
    } catch (error) {
      if (!(error instanceof BootError)) throw error;
      const given = error.failure === 'too-slow' && wish.within !== undefined;
      await guest.screenshot(file).catch(() => undefined);
      if (!given) {
        io.err(`its screen is saved in ${file}\n`);
        throw error;
      }
      io.err('not READY within the time given\n');
      io.out(`${file}\n`);
      return;
    }
    await guest.screenshot(file);
    io.out(`${file}\n`);
    await guest.stop();
  });
}

async function untilDrawn(guest: Guest): Promise<void> {
  const end = performance.now() + longestDrawing;
  let said = -1;
  while (said !== guest.serial.text().length && performance.now() < end) {
    said = guest.serial.text().length;
    await sleep(quietMs);
  }
}
