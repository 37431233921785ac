import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailedError } from '../base/errors.ts';
import { type Picture, readPpm } from '../formats/ppm.ts';
import { consoleFonts } from './console-fonts.ts';
import { BootError } from './failures.ts';
import { searched, type TextSearch, textSearch } from './find-text.ts';
import type { Guest } from './guest.ts';
import { fontsOf } from './image-fonts.ts';
import { isTextMode, readGrid, type TextGrid, unreadable } from './screen-grid.ts';
import { screenLines } from './vga-text.ts';

/** What a guest's screen shows. */
export interface Screen {
  /** `text`: VGA's text mode. A console can also be drawn in a graphical mode. */
  readonly mode: 'text' | 'graphics';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The lines that say something, where the whole screen is a text console. */
  readonly lines: readonly string[] | undefined;
}

export interface ScreenExpectation {
  /** Milliseconds until the texts must be there, on a machine of ordinary speed; default 60 s. */
  readonly within?: number | undefined;
  /** Where to save the screen as PNG, whether the texts were found or not. */
  readonly save?: string | undefined;
}

const defaultWithin = 60_000;
/** Time between two looks. */
const pauseMs = 200;

/** Looks at a guest's screen once. */
export async function readScreen(guest: Guest): Promise<Screen> {
  return describe(await look(guest));
}

/**
 * Waits until all these texts are on a guest's screen at once: in VGA's text mode, on a console in a graphical mode, or
 * drawn by GRUB in the fonts of the image that the guest boots. A text counts wherever it stands, also as part of a longer one, but
 * on one line (a console's line goes on at the next one's start). Throws `FailedError` (`screen-differs`), which
 * says what was missing and what there was, and what `guest.waitFor` throws of a guest that fails meanwhile.
 */
export async function waitForScreen(
  guest: Guest,
  texts: readonly string[],
  expectation: ScreenExpectation = {},
): Promise<void> {
  const wanted = texts.map((text) => searchFor(text, guest));
  const within = expectation.within ?? defaultWithin;
  let [ended, found] = [false, false];
  let seen: Seen | undefined;
  const watch = async (): Promise<void> => {
    while (!ended && !found) {
      // Where QEMU does not answer, the guest has ended; that is told by the other.
      seen = await look(guest).catch(() => seen);
      found = seen !== undefined && missingOf(seen, wanted).length === 0;
      if (!found) await sleep(pauseMs);
    }
  };
  // A machine that shows something on its screen need not say anything on its serial line.
  const options = { within, silence: Number.POSITIVE_INFINITY };
  const attended = guest.waitUntil(quoted(wanted), () => (found ? true : undefined), options);
  attended.catch(() => undefined);
  const watching = watch();
  try {
    await Promise.race([watching, attended]);
  } catch (error) {
    if (!(error instanceof BootError && error.failure === 'too-slow')) throw error;
    throw differs(wanted, seen);
  } finally {
    ended = true;
    await watching;
    if (expectation.save !== undefined) await guest.screenshot(expectation.save).catch(() => undefined);
  }
}

/** One look at the screen. */
interface Seen {
  readonly picture: Picture;
  readonly grid: TextGrid | undefined;
  /** In text mode with a font that is not known: what the adapter's memory says. */
  readonly buffer: readonly string[] | undefined;
}

async function look(guest: Guest): Promise<Seen> {
  const filename = join(guest.folder.dir, 'screen.ppm');
  await guest.qmp.execute('screendump', { filename });
  const picture = readPpm(readFileSync(filename));
  const grid = readGrid(picture, consoleFonts);
  const unknown = grid === undefined && isTextMode(picture);
  const buffer = unknown ? await screenLines(guest.qmp, guest.folder.dir) : undefined;
  return { picture, grid, buffer };
}

function describe({ picture, grid, buffer }: Seen): Screen {
  const { width, height } = picture;
  return { mode: isTextMode(picture) ? 'text' : 'graphics', width, height, lines: buffer ?? linesOf(grid) };
}

function linesOf(grid: TextGrid | undefined): readonly string[] | undefined {
  return grid?.lines.map((line) => line.replaceAll(unreadable, '?').trimEnd()).filter((line) => line !== '');
}

interface Wanted {
  readonly text: string;
  /** In each font that can draw it. */
  readonly searches: readonly TextSearch[];
}

function searchFor(text: string, guest: Guest): Wanted {
  const shown = text.trim();
  const imageFonts = fontsOf(guest.drives);
  const searches = [
    ...consoleFonts.map((font) => textSearch(shown, font)),
    ...imageFonts.map((font) =>
      textSearch(
        shown,
        font,
        imageFonts.filter((other) => other !== font),
      ),
    ),
  ].filter((search) => search !== undefined);
  return { text: shown, searches };
}

function missingOf({ picture, grid, buffer }: Seen, wanted: readonly Wanted[]): readonly Wanted[] {
  const where = searched(picture);
  // Where a line of a console is full, the next one continues it.
  const console = grid?.lines.join('') ?? buffer?.join('\n') ?? '';
  return wanted.filter(
    ({ text, searches }) =>
      text !== '' && !console.includes(text) && !searches.some((search) => search(where) !== undefined),
  );
}

function differs(wanted: readonly Wanted[], seen: Seen | undefined): FailedError {
  const missing = seen === undefined ? wanted : missingOf(seen, wanted);
  const message = `the screen does not show ${quoted(missing)}`;
  if (seen === undefined)
    return new FailedError('screen-differs', message, { hint: 'QEMU gave no picture of it' });
  const { mode, width, height, lines } = describe(seen);
  const what = mode === 'text' ? 'in text mode' : `in a graphical mode, ${width}×${height}`;
  const hint =
    lines === undefined
      ? [`it is ${what}; other texts on it cannot be told`, ...missing.flatMap(undrawable)]
      : lines.length === 0
        ? [`it is ${what}, and empty`]
        : [`it is ${what}, and shows:`, ...lines.map((line) => `  ${line}`)];
  return new FailedError('screen-differs', message, { hint: hint.join('\n') });
}

function undrawable({ text, searches }: Wanted): string[] {
  return searches.length > 0 ? [] : [`no font that is known here has all characters of "${text}"`];
}

function quoted(wanted: readonly Wanted[]): string {
  return wanted.map(({ text }) => `"${text}"`).join(', ');
}
