import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { parseDuration } from '../../base/durations.ts';
import { parseBytes } from '../../base/sizes.ts';
import { vncBase } from '../../boot/args.ts';
import { imageFormat } from '../../boot/disks.ts';
import type { Drive } from '../../boot/spec.ts';

/** Notes a mistake on the command line. */
export type Mistake = (code: string, message: string, expected: string, hint?: string) => void;

/** A disk to attach, and to make first where it is not there. */
export interface DiskWish {
  readonly file: string;
  /** Bytes, for a new one. */
  readonly size: number | undefined;
  readonly format: Drive['format'];
}

export function isPort(number: number): boolean {
  return number >= 1 && number <= 65535;
}

/** `FILE` or `FILE:SIZE`; a colon that no size follows belongs to the name. */
export function diskWish(text: string, cwd: string, mistake: Mistake): DiskWish | undefined {
  const match = /^(.+):([^:/]+)$/.exec(text);
  const size = match?.[2] === undefined ? undefined : parseBytes(match[2]);
  const file = resolve(cwd, size === undefined ? text : (match?.[1] ?? text));
  if (size === undefined && !existsSync(file)) {
    const hint = match === null ? `--disk ${text}:8GiB makes an empty one` : undefined;
    mistake('no-such-disk', `--disk ${text}: there is no such file`, 'an image file, or FILE:SIZE', hint);
    return undefined;
  }
  return { file, size, format: imageFormat(file) };
}

/** Where VNC listens: `--vnc`, `--vnc :1`, `--vnc 127.0.0.1:1` (displays) or `--vnc 5901` (a port). */
export function vncWish(given: string | true, mistake: Mistake): { port: number | undefined } {
  if (given === true) return { port: undefined };
  const match = /^(?:([^:]*):)?(\d+)$/.exec(given);
  const [host, number] = [match?.[1], Number(match?.[2])];
  const port = host === undefined ? number : vncBase + number;
  if (match === null || port < vncBase || port > 65535) {
    const expected = 'a display such as :1 or 127.0.0.1:1, or a port from 5900 on';
    mistake('bad-vnc', `--vnc ${given}: no VNC display`, expected);
  } else if (!['', 'localhost', '127.0.0.1', undefined].includes(host)) {
    const hint = `from elsewhere: ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE`;
    mistake('bad-vnc', `--vnc ${given}: VNC asks for no password`, 'this machine only, 127.0.0.1', hint);
  }
  return { port };
}

/** `--within 90s` as milliseconds. */
export function withinWish(text: string, mistake: Mistake): number | undefined {
  const ms = parseDuration(text);
  if (ms === undefined) mistake('bad-within', `--within ${text}: no duration`, 'a time such as 90s or 2min');
  return ms;
}

/** A certificate in PEM or DER form. */
export function certificateFile(text: string, cwd: string, mistake: Mistake): string {
  const file = resolve(cwd, text);
  const expected = 'a file with an X.509 certificate; without one, the keys are Microsoft’s';
  try {
    new X509Certificate(readFileSync(file));
  } catch {
    const lacks = existsSync(file) ? 'this is no certificate' : 'there is no such file';
    mistake('bad-certificate', `--secure-boot ${text}: ${lacks}`, expected);
  }
  return file;
}

/** A file to be written, in a folder that is there. */
export function outputFile(
  option: 'screenshot' | 'log',
  text: string | undefined,
  cwd: string,
  mistake: Mistake,
): string | undefined {
  if (text === undefined) return undefined;
  const file = resolve(cwd, text);
  if (!existsSync(dirname(file)))
    mistake(
      'no-such-folder',
      `--${option} ${text}: there is no folder ${dirname(text)}`,
      'a folder that is there',
    );
  if (option === 'screenshot' && extname(file).toLowerCase() !== '.png')
    mistake('bad-screenshot', `--screenshot ${text}: screens are saved as PNG`, 'a name that ends in .png');
  return file;
}
