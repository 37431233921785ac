import { readAt, stat } from '../../host/files.ts';
import { feed, rawTerminal, setSize } from '../../host/raw-terminal.ts';
import { after, exists, readText } from '../../host.ts';
import { detachKeys } from '../../lib/detach-keys.ts';
import { runFolder } from '../../lib/systems/places.ts';
import { command } from '../command.ts';

const look = 30; // milliseconds
const most = 64 * 1024;

/** Becomes the terminal of a console that is kept as a log to read and a FIFO to write to (engine chroot). */
function attach(run: string): Promise<number> {
  return new Promise((resolve) => {
    const keys = detachKeys();
    const input = feed(`${run}/console-in`);
    const done = (): void => {
      input.close();
      terminal.restore();
      resolve(0);
    };
    let over = false;
    const terminal = rawTerminal((typed) => {
      const { send, detach } = keys(typed);
      input.write(Uint8Array.from(send));
      over = detach || typed.length === 0;
    });
    terminal.onSize((rows, columns) => {
      const tty = (readText(`${run}/tty`) ?? '').trim();
      if (tty.startsWith('/dev/pts/')) setSize(tty, rows, columns);
    });
    const path = `${run}/log`;
    let at = stat(path)?.size ?? 0;
    let file = stat(path)?.ino;
    const tick = (): void => {
      const now = stat(path);
      if (now !== undefined && (now.ino !== file || now.size < at)) at = 0;
      file = now?.ino;
      const fresh = now === undefined || now.size === at ? undefined : readAt(path, at, most);
      if (fresh !== undefined) {
        at += fresh.length;
        terminal.write(new Uint8Array(fresh));
      }
      if (over || !exists(`${run}/up`)) done();
      else after(look, tick);
    };
    tick();
  });
}

export const attachVerb = command({
  name: '_attach',
  summary: 'Become the terminal of a console',
  arguments: [{ name: 'NAME', meaning: 'a system' }],
  options: {},
  examples: [],
  run: ({ args: [name = ''] }) => attach(runFolder(name)),
});
