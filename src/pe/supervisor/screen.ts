import { keymapFile, screenFontFile, setFontFile } from '../../base/console-files.ts';
import { decode } from '../../base/decode.ts';
import type { PeConfig } from '../../base/pe-config.ts';
import { closeFd, openForReading, readText, run } from '../host.ts';
import { wantsFont } from '../lib/screen-font.ts';
import { log } from './log.ts';

const folder = '/usr/lib/diskbios';
const frameBuffer = '/sys/class/graphics/fb0';

export interface Screen {
  /** Gives the screen its font again where a driver has made another screen of it. */
  readonly look: () => Promise<void>;
}

async function loadKeymap(): Promise<void> {
  const stdin = openForReading(`${folder}/${keymapFile}`);
  const { code, bytes } = await run(['/usr/bin/busybox', 'loadkmap'], { stdin });
  closeFd(stdin);
  if (code !== 0) log(`the keymap was not taken: ${decode(bytes).trim()}`);
}

async function loadFont(): Promise<void> {
  const { code, bytes } = await run([
    ...[`${folder}/${setFontFile}`, '-C', '/dev/tty1', `${folder}/${screenFontFile}`],
  ]);
  if (code !== 0) log(`the font of the screen was not taken: ${decode(bytes).trim()}`);
}

/** Sets keymap and font of the PE's own screens. Screens that are opened later take the font of the one that is shown. */
export async function createScreen(wanted: NonNullable<PeConfig['screen']>): Promise<Screen> {
  let seen: string | undefined;
  const look = async (): Promise<void> => {
    const { font } = wanted;
    if (font === undefined) return;
    const size = readText(`${frameBuffer}/virtual_size`)?.trim();
    const now = `${readText(`${frameBuffer}/name`) ?? ''} ${size ?? ''}`;
    if (now === seen) return;
    seen = now;
    if (wantsFont(font, size)) await loadFont();
  };
  if (wanted.keymap === true) await loadKeymap();
  await look();
  return { look };
}
