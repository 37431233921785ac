import * as os from 'os';
import { closeFd, openDevice, readText, whenReadable, writeNow } from '../host.ts';
import { busybox } from './run.ts';

/** Part of the PE's one door to the machine (see src/pe/host.ts). */

export interface RawTerminal {
  /** Rows and columns, now and whenever they change. */
  readonly onSize: (handler: (rows: number, columns: number) => void) => void;
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Gives the terminal back as it was. */
  readonly restore: () => void;
}

const windowChanged = 28; // SIGWINCH

/** Takes this program's terminal as it is typed, key by key. `typed` gets nothing more after `restore`. */
export function rawTerminal(typed: (bytes: Uint8Array<ArrayBuffer>) => void): RawTerminal {
  os.exec([busybox, 'sh', '-c', 'stty -g >"$0"', savedPath()]);
  const saved = (readText(savedPath()) ?? '').trim();
  os.remove(savedPath());
  os.exec([busybox, 'stty', 'raw', '-echo']);
  const buffer = new ArrayBuffer(4096);
  whenReadable(0, () => {
    const got = os.read(0, buffer, 0, buffer.byteLength);
    typed(new Uint8Array(buffer.slice(0, Math.max(0, got))));
  });
  return {
    onSize(handler) {
      const tell = (): void => {
        const size = os.ttyGetWinSize(1);
        if (size !== null) handler(size[1], size[0]);
      };
      os.signal(windowChanged, tell);
      tell();
    },
    write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const took = os.write(1, bytes.buffer, bytes.byteOffset + at, bytes.length - at);
        if (took <= 0) return;
        at += took;
      }
    },
    restore() {
      whenReadable(0, undefined);
      os.exec([busybox, 'stty', saved === '' ? 'sane' : saved]);
    },
  };
}

const savedPath = (): string => `/run/diskbios/stty-${os.getpid()}`;

/** Writes what a FIFO or terminal takes now; what it does not take is lost, as on a line that is stuck. */
export function feed(path: string): {
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly close: () => void;
} {
  const fd = openDevice(path);
  return {
    write(bytes) {
      if (fd >= 0) writeNow(fd, bytes, 0);
    },
    close() {
      if (fd >= 0) closeFd(fd);
    },
  };
}

/** Tells a terminal of this machine how large the window is that shows it. */
export function setSize(terminal: string, rows: number, columns: number): void {
  os.exec([busybox, 'stty', '-F', terminal, 'rows', String(rows), 'cols', String(columns)]);
}
