import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepContext } from '../plan/types.ts';

const dejavu = 'usr/share/fonts/truetype/dejavu';

/** The fonts of the menu's theme; `grub/theme/theme.txt.in` uses them by these names. */
const themeFonts = [
  { file: 'sans-14.pf2', source: `${dejavu}/DejaVuSans.ttf`, name: 'Diskbios', size: 14 },
  { file: 'sans-18.pf2', source: `${dejavu}/DejaVuSans.ttf`, name: 'Diskbios', size: 18 },
  { file: 'title-36.pf2', source: `${dejavu}/DejaVuSans-Bold.ttf`, name: 'Diskbios Title', size: 36 },
] as const;

/** Latin, Greek, Cyrillic, punctuation, arrows, and the lines and blocks of a text screen. */
const ranges = '0x20-0x7e,0xa0-0x17f,0x370-0x3ff,0x400-0x4ff,0x2010-0x2027,0x2190-0x2193,0x2500-0x259f';
const covered = /^[ -~\u00a0-\u017f\u0370-\u04ff\u2010-\u2027\u2190-\u2193\u2500-\u259f]*$/;

/** GRUB's own bitmap fonts, for text screens: of Europe's scripts, and of every script (2 MB). */
const european = 'euro.pf2';
const everyScript = 'unicode.pf2';

/** The name inside both of them. */
export const terminalFont = 'GNU Unifont Regular 16';

/** Makes the fonts in `dir`. */
export async function makeFonts(context: StepContext, dir: string): Promise<void> {
  await Promise.all([
    ...themeFonts.map(({ file, source, name, size }) =>
      context.run(
        context.tool(
          'usr/bin/grub-mkfont',
          `--name=${name}`,
          `--size=${size}`,
          `--range=${ranges}`,
          `--output=${join(dir, file)}`,
          context.toolFile(source),
        ),
      ),
    ),
    ...[european, everyScript].map((file) =>
      copyFile(context.toolFile(`usr/share/grub/${file}`), join(dir, file)),
    ),
  ]);
}

/** Names of the font files that a menu with these texts needs, in the order in which GRUB is to search them. */
export function fontsFor(texts: readonly string[]): string[] {
  const fallback = texts.every((text) => covered.test(text)) ? european : everyScript;
  return [...themeFonts.map(({ file }) => file), fallback];
}
