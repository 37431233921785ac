import { createInterface } from 'node:readline/promises';
import type { Firmware } from '../../base/machine.ts';
import type { Device } from '../../flash/device.ts';
import { readDevices } from '../../flash/devices.ts';
import { findProgram, run, shellLine } from '../../sys/run.ts';
import type { CliIo } from '../io.ts';
import type { Ask } from './choose.ts';

/** What `flash` needs of the machine. */
export interface FlashServices {
  /** The disks that are there now. */
  readonly devices: () => Device[];
  readonly ask: Ask;
  /** Starts a virtual machine from a device or file, which is only read. */
  readonly bootTest: (path: string, firmware: Firmware) => Promise<void>;
  /** Makes the kernel read a disk's partition table anew. */
  readonly reread: (path: string) => Promise<void>;
  /** The same command as root, to be pasted. */
  readonly byRoot: string;
}

/** The machine itself. */
export function servicesOf(io: CliIo): FlashServices {
  return {
    devices: () => readDevices(),
    ask: process.stdin.isTTY && io.errIsTty ? (question) => askTerminal(question, io.signal) : undefined,
    async bootTest(path, firmware) {
      const { bootTest } = await import('./boot-test.ts');
      await bootTest(path, firmware, io, false);
    },
    reread,
    byRoot: `sudo ${shellLine(process.argv)}`,
  };
}

async function askTerminal(question: string, signal: AbortSignal): Promise<string> {
  // Not in raw mode: Ctrl-C stays a signal.
  const terminal = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  try {
    return (await terminal.question(question, { signal })).trim();
  } finally {
    terminal.close();
  }
}

/** udev does it too, where there is one. It fails where somebody was quicker and has mounted it: then it is read already. */
async function reread(path: string): Promise<void> {
  const blockdev = findProgram('blockdev');
  if (blockdev === undefined) return;
  await run([blockdev, '--rereadpt', path]).catch(() => undefined);
}
