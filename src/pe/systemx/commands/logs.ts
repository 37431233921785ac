import { decode } from '../../../base/decode.ts';
import { readAt, stat } from '../../host/files.ts';
import { pause, print } from '../../host.ts';
import { cleanLog, lastLines } from '../../lib/systems/log-text.ts';
import { runFolder } from '../../lib/systems/places.ts';
import { findSystem } from '../../systems/store.ts';
import { command } from '../command.ts';
import { flag, wholeNumber } from '../options.ts';
import { note } from '../output.ts';

const look = 300; // milliseconds
const most = 512 * 1024;

function textOf(path: string, from: number, size: number): string {
  return decode([...(readAt(path, from, size) ?? [])]);
}

/** The last lines of what a system has said on its console since the machine was switched on, fit for a terminal. */
export function tailOf(name: string, count: number): string[] {
  const path = `${runFolder(name)}/log`;
  // Lines are seldom longer than this; what is too much is cut off again.
  const wanted = Math.min(most, count * 512);
  let text = '';
  for (const file of [path, `${path}.1`]) {
    const size = stat(file)?.size ?? 0;
    const room = wanted - text.length;
    if (size === 0 || room <= 0) continue;
    text = textOf(file, Math.max(0, size - room), room) + text;
  }
  const lines = lastLines(cleanLog(text), count).split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function follow(name: string): never {
  const path = `${runFolder(name)}/log`;
  let at = stat(path)?.size ?? 0;
  let file = stat(path)?.ino;
  for (;;) {
    pause(look);
    const now = stat(path);
    if (now === undefined) continue;
    if (now.ino !== file || now.size < at) at = 0;
    file = now.ino;
    if (now.size === at) continue;
    const text = cleanLog(textOf(path, at, Math.min(most, now.size - at)));
    at = now.size;
    print(text.replace(/\n$/, ''));
  }
}

export const logs = command({
  name: 'logs',
  summary: 'Show what a system has said on its console',
  about: [
    'Since the machine was switched on, the last 256 to 512 KiB. Colours are kept; what else would change the terminal is taken out.',
  ],
  arguments: [{ name: 'NAME', meaning: 'a system', completes: 'system' }],
  options: {
    follow: flag('go on showing what comes, until Ctrl-C', { short: 'f' }),
    lines: wholeNumber('COUNT', 'how many of the last lines (100)', { short: 'n', most: 100_000 }),
  },
  examples: ['systemx logs web', 'systemx logs -f -n 20 web'],
  run({ args: [name = ''], options }) {
    findSystem(name);
    const lines = tailOf(name, options.lines ?? 100);
    if (lines.length > 0) print(lines.join('\n'));
    else note(`${name} has said nothing since the machine was switched on`);
    if (options.follow) follow(name);
    return 0;
  },
});
