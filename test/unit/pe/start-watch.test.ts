import { beforeEach, describe, expect, test } from 'vitest';
import { createStartWatch, type StartWatch } from '../../../src/pe/lib/start-watch.ts';

let clock = 0;
let timers: { at: number; action: () => void }[] = [];
let said: string[] = [];
let starts: StartWatch;

/** Time goes by, and what was put off until then happens. */
function pass(milliseconds: number): void {
  clock += milliseconds;
  const due = timers.filter(({ at }) => at <= clock);
  timers = timers.filter(({ at }) => at > clock);
  for (const { action } of due) action();
}

/** A service that runs for so many milliseconds, and the pause until its next start. */
function attempt(name: string, ran: number, code: number, pause = 100, line = ''): void {
  starts.started(name);
  pass(ran);
  if (line !== '') starts.heard(name, line);
  starts.ended(name, { code, signal: code > 128 ? code - 128 : undefined });
  pass(pause);
}

beforeEach(() => {
  clock = 1000;
  timers = [];
  said = [];
  starts = createStartWatch({
    now: () => clock,
    after: (milliseconds, action) => void timers.push({ at: clock + milliseconds, action }),
    exists: (path) => path !== '/usr/bin/nothere',
    say: (line) => void said.push(line),
  });
  starts.watch('web', { run: ['/usr/sbin/web'], restart: 'always' });
  starts.watch('once', { run: ['/usr/bin/once'], restart: 'never' });
  starts.watch('gone', { run: ['/usr/bin/nothere', '-f'], restart: 'always' });
});

describe('a service that does not start', () => {
  test('whose program is not there is told at the first try', () => {
    attempt('gone', 2, 127);
    expect(said).toEqual([
      'diskbios: service gone failed to start: exit code 127 (/usr/bin/nothere: not found)',
    ]);
    expect(starts.close()).toEqual(['gone']);
  });

  test('that ends with an error again and again is told once, with its last words', () => {
    attempt('web', 20, 1, 250, 'bind: Address already in use');
    attempt('web', 20, 1, 500);
    expect(said).toEqual([]);
    expect(starts.decided()).toBe(false);
    attempt('web', 20, 1);
    attempt('web', 20, 1);
    expect(said).toEqual([
      'diskbios: service web failed to start: exit code 1 (bind: Address already in use)',
    ]);
    expect(starts.decided()).toBe(true);
  });

  test('that is ended by a signal says which', () => {
    for (let i = 0; i < 3; i += 1) attempt('web', 5, 139);
    expect(said).toEqual(['diskbios: service web failed to start: signal 11']);
  });

  test('that is not started again is told at its first error; what it says last is waited for', () => {
    starts.started('once');
    pass(10);
    starts.ended('once', { code: 3, signal: undefined });
    expect(starts.decided()).toBe(false);
    starts.heard('once', 'no such volume');
    pass(50);
    expect(said).toEqual(['diskbios: service once failed to start: exit code 3 (no such volume)']);
  });
});

describe('no failure to start', () => {
  test('a service that runs holds up nobody', () => {
    starts.started('web');
    expect(starts.decided()).toBe(true);
    expect(starts.close()).toEqual([]);
  });

  test('an end without an error', () => {
    for (let i = 0; i < 5; i += 1) attempt('web', 5, 0);
    attempt('once', 5, 0);
    expect(starts.decided()).toBe(true);
    expect(starts.close()).toEqual([]);
  });

  test('one that works at the second try; it is waited for until it has run a while', () => {
    attempt('web', 5, 1, 250);
    starts.started('web');
    expect(starts.decided()).toBe(false);
    pass(1000);
    expect(starts.decided()).toBe(true);
    expect(starts.close()).toEqual([]);
    expect(said).toEqual([]);
  });

  test('errors after a longer run', () => {
    for (let i = 0; i < 5; i += 1) attempt('web', 3000, 1);
    expect(starts.close()).toEqual([]);
  });

  test('errors once the machine is ready', () => {
    starts.close();
    attempt('gone', 5, 127);
    attempt('once', 5, 1);
    expect(said).toEqual([]);
  });

  test('services that the recipe does not name', () => {
    attempt('dhcp-eth0', 5, 127);
    expect(said).toEqual([]);
  });
});
