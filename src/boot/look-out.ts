import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Qmp } from './qmp.ts';
import { sameReset } from './resets.ts';
import { screenConsole } from './screen-console.ts';
import type { SerialLine } from './serial.ts';
import { type Finding, kernelSpoke, recognise, serviceFailure, shortOfMemory } from './signs.ts';
import { lastLines } from './terminal-text.ts';

export interface LookedAt {
  readonly qmp: Qmp;
  readonly serial: SerialLine;
  readonly firmwareLog: string;
  /** It is to start over the network, and its firmware says so. */
  readonly startsFromNetwork: boolean;
}

/** Looks for signs of failure in all that a guest shows: serial line, firmware's log, screen, and QEMU's own state. */
export interface LookOut {
  /** In what the serial line said since it was switched on or reset, from this offset of the serial text on. */
  spoken(from: number): Finding | undefined;
  /** The same, for services that did not start. */
  services(from: number): Finding | undefined;
  /** In the firmware's log, on the screen and in QEMU's state. */
  shown(): Finding | undefined;
  /** The name of a failure that has none of its own yet: too little memory may be what is behind it. */
  explain(found: Finding): Finding;
  /** How often the guest reset itself. */
  resets(): number;
  /** What was said last before the last reset. */
  lastBeforeReset(): string;
  /** The last lines: of the serial line, or where it is silent, of the screen or the firmware's log. */
  lastWords(): readonly string[];
}

/** Silence on the serial line after which the screen is read, and how often. Milliseconds. */
const screenAfterMs = 3000;
const screenEveryMs = 2000;

/** States of a guest that QEMU has stopped by itself (`RunState` in QEMU's qapi/run-state.json). */
const stopped: Readonly<Record<string, string>> = {
  'internal-error': 'QEMU met an error of its own and stopped the machine',
  'io-error':
    'this computer has no room or no access for what the machine writes to its disks, and QEMU stopped it',
};

export function keepLookOut({ qmp, serial, firmwareLog, startsFromNetwork }: LookedAt): LookOut {
  const signsIn = (said: string, from?: number): Finding | undefined =>
    recognise(said, from, startsFromNetwork);
  let resets = 0;
  /** Where the text of this boot begins, in the serial text and in the firmware's log. */
  let boot = 0;
  let firmware = 0;
  let before = '';
  let resetAt = -Infinity;
  let screen: readonly string[] = [];
  let screenAt = -Infinity;
  let halted: Finding | undefined;

  const firmwareText = (): string =>
    existsSync(firmwareLog) ? readFileSync(firmwareLog, 'latin1').slice(firmware) : '';

  qmp.onEvent(({ event, data }) => {
    if (event === 'RESET') {
      const now = performance.now();
      const said = serial.text().slice(boot);
      if (!sameReset(now - resetAt, said)) {
        if (data['guest'] === true) resets += 1;
        before = lastLines(said, 1)[0] ?? '';
      }
      resetAt = now;
      boot = serial.text().length;
      firmware += firmwareText().length;
      screen = [];
      serial.screen.reset();
    }
    if (event === 'STOP') {
      void qmp.execute('query-status').then(
        (state) => {
          const { status = '' } = state as { status?: string };
          const message = stopped[status];
          if (message !== undefined) halted = { failure: 'qemu-failed', message, line: status };
        },
        () => undefined,
      );
    }
  });

  const text = (): string => serial.text().slice(boot);
  const offset = (from: number): number => Math.max(0, from - boot);

  /** A boot loader that finds no configuration, and a system without a serial console, speak on the screen only. */
  const screenFinding = (): Finding | undefined => {
    const now = performance.now();
    if (now - serial.lastHeard() < screenAfterMs) return undefined;
    if (now - screenAt > screenEveryMs) {
      screenAt = now;
      // A guest that ends meanwhile has no screen; that is noticed elsewhere.
      void screenConsole(qmp, dirname(firmwareLog)).then(
        (lines) => {
          screen = lines;
        },
        () => undefined,
      );
    }
    const found = signsIn(`${screen.join('\n')}\n`);
    // A prompt is what stands there last; further up it is part of a text.
    return found?.failure.startsWith('grub-') === true ? signsIn(screen.slice(-2).join('\n')) : found;
  };

  return {
    spoken: (from) => signsIn(text(), offset(from)),
    services: (from) => serviceFailure(text(), offset(from)),
    shown: () => halted ?? (kernelSpoke(text()) ? undefined : (signsIn(firmwareText()) ?? screenFinding())),
    explain: (found) => {
      const memory = ['hang', 'too-slow', 'reboot-loop', 'guest-ended'].includes(found.failure)
        ? shortOfMemory(text())
        : undefined;
      return memory ?? found;
    },
    resets: () => resets,
    lastBeforeReset: () => before,
    lastWords: () => {
      const said = lastLines(serial.text(), 20);
      if (said.length > 0) return said;
      if (screen.length > 0) return screen.slice(-20).map((line) => `(screen) ${line}`);
      return lastLines(firmwareText(), 20).map((line) => `(BIOS) ${line}`);
    },
  };
}
