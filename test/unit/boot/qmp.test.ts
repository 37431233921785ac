import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectQmp, type QmpEvent } from '../../../src/boot/qmp.ts';
import { type QmpMessage, qmpLines } from '../../../src/boot/qmp-lines.ts';

describe('the lines of QMP', () => {
  const parse = (...pieces: string[]): QmpMessage[] => {
    const found: QmpMessage[] = [];
    const take = qmpLines((message) => found.push(message));
    for (const piece of pieces) take(piece);
    return found;
  };

  test('messages are found however the pieces arrive', () => {
    const text = '{"QMP":{"version":{}}}\r\n{"return":{"a":1},"id":7}\r\n';
    const whole = [{ kind: 'greeting' }, { kind: 'return', id: 7, value: { a: 1 } }];
    expect(parse(text)).toEqual(whole);
    expect(parse(...text.split(''))).toEqual(whole);
  });

  test('errors and events carry what QEMU said', () => {
    expect(parse('{"id":2,"error":{"class":"GenericError","desc":"no such device"}}\n')).toEqual([
      { kind: 'error', id: 2, text: 'no such device' },
    ]);
    const event =
      '{"timestamp":{"seconds":10,"microseconds":500000},"event":"SHUTDOWN","data":{"guest":true}}\n';
    expect(parse(event)).toEqual([{ kind: 'event', event: 'SHUTDOWN', data: { guest: true }, time: 10.5 }]);
  });

  test('what is no message is dropped', () => {
    expect(parse('hello\n\n{"x":1}\n{"return":{},"id":1}\n')).toEqual([{ kind: 'return', id: 1, value: {} }]);
  });
});

describe('a conversation in QMP', () => {
  let dir = '';
  let server: Server | undefined;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmp-'));
  });
  afterEach(() => {
    server?.close();
    rmSync(dir, { recursive: true });
  });

  /** A small server that speaks QMP over a real socket. */
  const listen = async (answer: (socket: Socket, request: { execute: string; id: number }) => void) => {
    const path = join(dir, 'qmp');
    server = createServer((socket) => {
      socket.write('{"QMP":{}}\n');
      socket.on('data', (bytes) => {
        for (const line of bytes.toString().trim().split('\n')) {
          const request = JSON.parse(line) as { execute: string; id: number };
          if (request.execute === 'qmp_capabilities') socket.write(`{"return":{},"id":${request.id}}\n`);
          else answer(socket, request);
        }
      });
    });
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(path, resolve));
    return connectQmp(path);
  };

  test('answers reach their questions, in any order, and events their listeners', async () => {
    const asked: { execute: string; id: number }[] = [];
    const qmp = await listen((socket, request) => {
      asked.push(request);
      if (asked.length < 2) return;
      socket.write('{"event":"RESET","data":{"guest":true}}\n');
      for (const { execute, id } of asked.reverse()) socket.write(`{"return":"${execute}","id":${id}}\n`);
    });
    const events: QmpEvent[] = [];
    qmp.onEvent((event) => events.push(event));
    expect(await Promise.all([qmp.execute('one'), qmp.execute('two')])).toEqual(['one', 'two']);
    expect(events.map(({ event }) => event)).toEqual(['RESET']);
    qmp.close();
  });

  test("QEMU's refusal and QEMU's end are errors that name the command", async () => {
    const qmp = await listen((socket, { execute, id }) => {
      if (execute === 'quit') socket.destroy();
      else socket.write(`{"error":{"desc":"not today"},"id":${id}}\n`);
    });
    await expect(qmp.execute('device_add')).rejects.toThrow('QEMU refused device_add: not today');
    await expect(qmp.execute('quit')).rejects.toThrow('QEMU ended before it answered quit');
    await expect(qmp.execute('stop')).rejects.toThrow('QEMU has ended: stop cannot be sent');
  });
});
