import { describe, expect, test } from 'vitest';
import { stableAfter, verdict } from '../../../src/pe/lib/back-off.ts';
import { startOrder } from '../../../src/pe/lib/order.ts';
import { parseRequest, type ServiceState, describe as say } from '../../../src/pe/lib/service-state.ts';

describe('verdict', () => {
  test('delays double up to a minute', () => {
    const delays: number[] = [];
    let failures = 0;
    for (let i = 0; i < 10; i += 1) {
      const next = verdict('always', { code: 0, ran: 10, failures });
      if (next.kind !== 'restart') throw new Error('not restarted');
      delays.push(next.delay);
      failures = next.failures;
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]);
  });

  test('a stable run resets the delay', () => {
    expect(verdict('always', { code: 1, ran: stableAfter, failures: 7 })).toEqual({
      kind: 'restart',
      delay: 250,
      failures: 1,
    });
  });

  test.each([
    ['on-failure', 0, 'finished'],
    ['on-failure', 1, 'restart'],
    ['never', 0, 'finished'],
    ['never', 1, 'failed'],
  ] as const)('restart %s after code %i: %s', (restart, code, kind) => {
    expect(verdict(restart, { code, ran: 10, failures: 0 }).kind).toBe(kind);
  });
});

describe('startOrder', () => {
  test('each after those it names, otherwise as written', () => {
    const after = (...names: string[]) => ({ after: names });
    const services = { ssh: after('net', 'log'), klog: after('log'), log: after(), net: after('gone') };
    expect(startOrder(services)).toEqual({ order: ['net', 'log', 'ssh', 'klog'], circles: [] });
  });

  test('a circle is reported and everything still starts', () => {
    const { order, circles } = startOrder({ a: { after: ['b'] }, b: { after: ['a'] } });
    expect(order.toSorted()).toEqual(['a', 'b']);
    expect(circles).toEqual(['a']);
  });
});

describe('requests and states', () => {
  test.each([
    ['restart ssh id-1', { action: 'restart', name: 'ssh', reply: 'id-1' }],
    ['stop ssh', { action: 'stop', name: 'ssh', reply: undefined }],
    ['stop ssh ../../etc/passwd', { action: 'stop', name: 'ssh', reply: undefined }],
    ['shutdown down', { action: 'shutdown', reply: 'down' }],
    ['burn ssh', undefined],
    ['start', undefined],
  ])('%s', (line, request) => {
    expect(parseRequest(line)).toEqual(request);
  });

  const state: ServiceState = {
    phase: 'running',
    pid: 42,
    ticks: 1,
    since: 10,
    restarts: 0,
    ended: undefined,
  };
  test('says what a service does', () => {
    expect(say('ssh', state, 55)).toBe('ssh is running (pid 42, for 45 s)');
    expect(say('ssh', { ...state, restarts: 2 }, 10_000)).toBe(
      'ssh is running (pid 42, for 2 h, restarted 2 times)',
    );
    expect(say('ssh', { ...state, phase: 'failed', pid: undefined, ended: 'ended with code 1' }, 12)).toBe(
      'ssh has failed (2 s ago, ended with code 1)',
    );
  });
});
