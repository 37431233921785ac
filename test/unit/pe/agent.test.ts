import { describe, expect, test } from 'vitest';
import { longestCommand } from '../../../src/base/agent-protocol.ts';
import { lineCollector, outputLine, parseAgentRequest, replyLine } from '../../../src/pe/lib/agent-wire.ts';
import { decodeBase64, encodedLength, encodeInto, isBase64 } from '../../../src/pe/lib/base64.ts';
import { familyOf } from '../../../src/pe/lib/family.ts';
import { createSendQueue } from '../../../src/pe/lib/send-queue.ts';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe('base64', () => {
  const samples = Array.from({ length: 70 }, (_, length) =>
    Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) % 256),
  );
  test('is what Node makes and reads, for every length and byte', () => {
    for (const bytes of [...samples, Uint8Array.from({ length: 256 }, (_, i) => i)]) {
      const text = Buffer.from(bytes).toString('base64');
      const into = new Uint8Array(encodedLength(bytes.length) + 2);
      expect(encodeInto(bytes, into, 1)).toBe(1 + text.length);
      expect(Buffer.from(into).toString('latin1')).toBe(`\0${text}\0`);
      expect(decodeBase64(text)).toEqual(bytes);
      expect(isBase64(text)).toBe(true);
    }
  });

  test.each(['A', 'AAA', 'AA=A', '====', 'A===', 'AA A', 'AAA\n', 'AA–A', 'AAAA='])('%j is none', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
    expect(isBase64(text)).toBe(false);
  });
});

describe('lines of requests', () => {
  const collect = (chunks: readonly Uint8Array[], longest = 100): string[] => {
    const lines: string[] = [];
    const take = lineCollector(longest, (line) => lines.push(line));
    for (const chunk of chunks) take(chunk);
    return lines;
  };

  test('come whole, however the pieces are cut, also inside a letter', () => {
    const text = 'one\n\nnaïve – 日本 🎈\nrest';
    const bytes = bytesOf(text);
    for (let size = 1; size <= bytes.length; size += 1) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(collect(chunks)).toEqual(['one', '', 'naïve – 日本 🎈']);
    }
  });

  test('those that are too long are dropped, the next one is heard', () => {
    const long = 'x'.repeat(101);
    expect(collect([bytesOf(`${long}\nafter\n`)])).toEqual(['after']);
    expect(collect([...Array.from(long), '\n', 'y'.repeat(100), '\n'].map(bytesOf))).toEqual([
      'y'.repeat(100),
    ]);
  });

  test('noise that is no UTF-8 is a line all the same', () => {
    expect(collect([Uint8Array.from([255, 254, 10])])).toEqual(['\xff\xfe']);
  });

  test('long ones too', () => {
    const line = 'z'.repeat(300_000);
    expect(collect([bytesOf(`${line}\n`)], 300_000)).toEqual([line]);
  });
});

describe('requests', () => {
  const run = { type: 'run', session: 's', id: 3, command: 'ls', stdin: '', within: 1000 } as const;
  test('are taken as they are', () => {
    expect(parseAgentRequest(JSON.stringify({ ...run, more: 1 }))).toEqual(run);
    expect(parseAgentRequest('{"type":"hello","client":"me"}')).toEqual({ type: 'hello', client: 'me' });
    expect(parseAgentRequest('{"type":"kill","session":"s","id":3}')).toEqual({
      ...{ type: 'kill', session: 's', id: 3 },
    });
  });

  test.each([
    ['a line that was cut off', '{"type":"run","session":"s","id":3,"comm'],
    ['its end', 'and":"ls"}'],
    ['another value', 'null'],
    ['another type', '{"type":"format"}'],
    ['no client', '{"type":"hello"}'],
    ['no session', JSON.stringify({ ...run, session: undefined })],
    ['an id that is none', JSON.stringify({ ...run, id: '3' })],
    ['a time that is none', JSON.stringify({ ...run, within: -1 })],
    ['no command', JSON.stringify({ ...run, command: null })],
    [
      'a command that no program can be given',
      JSON.stringify({ ...run, command: 'x'.repeat(longestCommand + 1) }),
    ],
  ])('%s is ignored', (_, line) => {
    expect(parseAgentRequest(line)).toBeUndefined();
  });
});

describe('replies', () => {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  test('are JSON, a line each; a hello begins a line of its own', () => {
    const exit = { type: 'exit', id: 1, status: 3, timedOut: false } as const;
    expect(text(replyLine(exit))).toBe(`${JSON.stringify(exit)}\n`);
    const hello = { type: 'hello', protocol: 1, boot: 'b', client: '', session: 's' } as const;
    expect(text(replyLine(hello))).toBe(`\n${JSON.stringify(hello)}\n`);
  });

  test('output is base64 in JSON', () => {
    const bytes = Uint8Array.from([0, 255, 10, 65]);
    expect(JSON.parse(text(outputLine(12, 'stderr', bytes)))).toEqual({
      ...{ type: 'output', id: 12, stream: 'stderr', data: Buffer.from(bytes).toString('base64') },
    });
  });
});

describe('the queue to the port', () => {
  test('survives short writes, keeps the order and says what is left', () => {
    const queue = createSendQueue();
    const written: number[] = [];
    let room = 0;
    const write = (bytes: Uint8Array, from: number): number | 'later' => {
      if (room === 0) return 'later';
      const some = bytes.subarray(from, from + Math.min(room, 3));
      written.push(...some);
      room -= some.length;
      return some.length;
    };
    queue.push(Uint8Array.from([1, 2, 3, 4, 5]));
    queue.push(Uint8Array.from([6, 7]));
    expect(queue.flush(write)).toBe(true);
    expect(queue.size()).toBe(7);
    room = 4;
    expect(queue.flush(write)).toBe(true);
    expect(queue.size()).toBe(3);
    queue.push(Uint8Array.from([8]));
    room = 100;
    expect(queue.flush(write)).toBe(false);
    expect(queue.size()).toBe(0);
    expect(written).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('what was cleared is not sent, not even the rest of what was begun', () => {
    const queue = createSendQueue();
    queue.push(Uint8Array.from([1, 2, 3]));
    queue.flush((_, from) => (from === 0 ? 1 : 'later'));
    queue.clear();
    queue.push(Uint8Array.from([9]));
    const written: number[] = [];
    queue.flush((bytes, from) => {
      written.push(...bytes.subarray(from));
      return bytes.length - from;
    });
    expect(written).toEqual([9]);
  });
});

describe('the family of a command', () => {
  const stat = (pid: number, parent: number, session: number, name = 'sh'): [number, string] => [
    pid,
    `${pid} (${name}) S ${parent} ${pid} ${session} 0 -1 4194304 1 0`,
  ];
  test('is its session and all that descends from it, whatever they call themselves', () => {
    const stats = new Map([
      stat(1, 0, 1, 'init'),
      stat(50, 1, 50),
      stat(9, 50, 50, 'a) S 1 50 7'),
      stat(60, 50, 60, 'setsid'),
      stat(61, 60, 60),
      stat(70, 1, 50, 'orphan'),
      stat(80, 1, 80, 'daemon'),
    ]);
    expect(familyOf(50, stats).toSorted((a, b) => a - b)).toEqual([9, 50, 60, 61, 70]);
  });

  test('of one that has ended is itself', () => {
    expect(familyOf(50, new Map([stat(1, 0, 1), [51, '']]))).toEqual([50]);
  });
});
