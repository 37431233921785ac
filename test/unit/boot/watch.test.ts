import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readyPattern } from '../../../src/base/console-lines.ts';
import type { Qmp } from '../../../src/boot/qmp.ts';
import { serialLine } from '../../../src/boot/serial.ts';
import { watchGuest } from '../../../src/boot/watch.ts';

/** Where the pieces of what a serial line says end is chance: a guest that says these, one after the other. */
function saying(): { say: (piece: string) => Promise<void>; watch: ReturnType<typeof watchGuest> } {
  const hear = new PassThrough();
  const serial = serialLine({ hear: hear as unknown as Socket, say: new Socket() });
  const qmp: Qmp = {
    execute: () => Promise.resolve([]),
    onEvent: () => () => undefined,
    close: () => undefined,
  };
  const ended = new Promise<never>(() => undefined);
  const firmwareLog = '/nowhere/firmware.log';
  const watch = watchGuest(
    { serial, qmp, ended, command: 'qemu', firmwareLog, startsFromNetwork: false },
    {},
  );
  return {
    watch,
    say: async (piece) => {
      hear.write(piece);
      await new Promise(setImmediate);
    },
  };
}

const failed = 'diskbios: service gone failed to start: exit code 1\r\n';
const ready = 'DISKBIOS-READY mode=live up=4.20 failed=gone\r\n';

describe('a failed service is told by its own line', () => {
  const text = failed + ready;
  test.each(Array.from({ length: text.length - 1 }, (_, at) => at + 1))('cut at %d', async (at) => {
    const { watch, say } = saying();
    const waiting = watch.waitFor(readyPattern);
    const told = expect(waiting).rejects.toMatchObject({
      failure: 'service-failed',
      line: failed.trim(),
    });
    await say(text.slice(0, at));
    await say(text.slice(at));
    await told;
  });

  test('also in single letters', async () => {
    const { watch, say } = saying();
    const waiting = watch.waitFor(readyPattern);
    const told = expect(waiting).rejects.toMatchObject({ line: failed.trim() });
    for (const letter of text) await say(letter);
    await told;
  });
});

test('what was awaited already is not looked at again', async () => {
  const { watch, say } = saying();
  const waiting = watch.waitFor(readyPattern, { despite: ['service-failed'] });
  await say(failed + ready);
  expect((await waiting).groups[3]).toBe('gone');
  const next = watch.waitFor('login:');
  await say('pe login:');
  await expect(next).resolves.toMatchObject({ before: '\npe ' });
});
