import { describe, expect, test } from 'vitest';
import type { AgentReply, AgentRequest } from '../../../src/base/agent-protocol.ts';
import { agentLines, parseReply, requestLine } from '../../../src/boot/agent-lines.ts';
import { agentPeer, type CommandEnd } from '../../../src/boot/agent-peer.ts';
import { parseAgentRequest } from '../../../src/pe/lib/agent-wire.ts';

describe('lines of the agent', () => {
  test('come whole, and noise between them is dropped', () => {
    const heard: AgentReply[] = [];
    const take = agentLines((reply) => heard.push(reply));
    const exit = { type: 'exit', id: 1, status: 0, timedOut: false } as const;
    const text = `cut off"}\n${JSON.stringify(exit)}\n{"type":"exit","id":1}\nnull\n${'x'.repeat(2 ** 21)}\n${JSON.stringify(exit)}\n{`;
    for (let at = 0; at < text.length; at += 1000) take(text.slice(at, at + 1000));
    expect(heard).toEqual([exit, exit]);
  });

  test.each([
    '{"type":"hello","protocol":2,"boot":"b","client":"c","session":"s"}',
    '{"type":"hello","protocol":1,"boot":"b","client":"c"}',
    '{"type":"output","id":1,"stream":"log","data":""}',
    '{"type":"output","id":"1","stream":"stdout","data":""}',
    '{"type":"exit","id":1,"status":0}',
    '{"type":"other","id":1}',
  ])('%s is none', (line) => {
    expect(parseReply(line)).toBeUndefined();
  });

  test('requests are ASCII on a line of their own, and the agent reads what was meant', () => {
    const request: AgentRequest = {
      ...{ type: 'run', session: 's', id: 1, command: 'echo "naïve – 🎈\n"', stdin: '', within: 5 },
    };
    const line = requestLine(request);
    expect(line).toMatch(/^\n[\x20-\x7e]+\n$/);
    expect(parseAgentRequest(line.trim())).toEqual(request);
  });
});

describe('what is known of the agent', () => {
  const hello = (session: string, client = 'me'): AgentReply => ({
    ...{ type: 'hello', protocol: 1, boot: 'b', client, session },
  });
  const start = () => {
    const sent: AgentRequest[] = [];
    const ends: CommandEnd[] = [];
    const output: string[] = [];
    const peer = agentPeer('me', (request) => sent.push(request));
    const expectCommand = (id: number): void =>
      peer.expect(id, 'sleep 9', {
        output: (stream, bytes) => output.push(`${stream} ${bytes.toString()}`),
        ended: (end) => ends.push(end),
      });
    return { sent, ends, output, peer, expectCommand };
  };
  const words = (end: CommandEnd | undefined): string =>
    end !== undefined && 'error' in end ? end.error.message : 'no error';

  test('it is greeted when it obeys somebody else, and there when it obeys us', async () => {
    const { peer, sent } = start();
    const there = peer.there(5000);
    peer.received(hello('b.1.', ''));
    expect(sent).toEqual([{ type: 'hello', client: 'me' }]);
    expect(await peer.there(1)).toBe(false);
    peer.received(hello('b.1.me'));
    expect(await there).toBe(true);
    expect(await peer.there(0)).toBe(true);
    peer.send({ type: 'kill', id: 4 });
    expect(sent[1]).toEqual({ type: 'kill', id: 4, session: 'b.1.me' });
  });

  test('output and end reach the command that they are of', () => {
    const { peer, ends, output, expectCommand } = start();
    peer.received(hello('s'));
    expectCommand(7);
    peer.received({ type: 'output', id: 8, stream: 'stdout', data: 'b3RoZXI=' });
    peer.received({ type: 'output', id: 7, stream: 'stderr', data: 'bWluZQ==' });
    peer.received({ type: 'exit', id: 8, status: 1, timedOut: false });
    expect(output).toEqual(['stderr mine']);
    expect(ends).toEqual([]);
    peer.received({ type: 'exit', id: 7, status: 3, timedOut: true });
    expect(ends).toEqual([expect.objectContaining({ status: 3, timedOut: true })]);
  });

  test('a reset ends its commands with an error; the same greeting that comes late is not believed', async () => {
    const { peer, ends, sent, expectCommand } = start();
    peer.received(hello('first'));
    expectCommand(1);
    peer.lost('the machine was reset');
    expect(words(ends[0])).toBe(
      'the agent in the PE went away: the machine was reset, while this ran: sleep 9',
    );
    peer.received(hello('first'));
    expect(await peer.there(1)).toBe(false);
    peer.send({ type: 'kill', id: 1 });
    expect(sent).toEqual([]);
    peer.received(hello('second'));
    expect(await peer.there(1)).toBe(true);
  });

  test('an agent that was started anew has forgotten its commands', () => {
    const { peer, ends, expectCommand } = start();
    peer.received(hello('first'));
    expectCommand(1);
    peer.received(hello('first'));
    expect(ends).toEqual([]);
    peer.received(hello('second'));
    expect(words(ends[0])).toContain('started anew');
  });

  test('a machine that is off has none, now and later', async () => {
    const { peer, ends, expectCommand } = start();
    peer.received(hello('s'));
    expectCommand(1);
    peer.ended();
    expect(words(ends[0])).toContain('switched off');
    await expect(peer.there(1000)).rejects.toThrow('the machine is off');
  });

  test('who waits when the machine is switched off is told at once', async () => {
    const { peer } = start();
    const waiting = peer.there(60_000);
    peer.ended();
    await expect(waiting).rejects.toThrow('the machine is off');
  });
});
