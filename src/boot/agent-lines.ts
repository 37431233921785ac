import type { AgentReply, AgentRequest } from '../base/agent-protocol.ts';

/** No line of the agent is near as long: what is longer is noise. */
const longest = 1024 ** 2;

/** Cuts a stream of text into replies of the agent, however the pieces arrive. Lines that are none are dropped. */
export function agentLines(receive: (reply: AgentReply) => void): (text: string) => void {
  let pieces: string[] = [];
  let length = 0;
  return (text) => {
    const lines = text.split('\n');
    lines.forEach((line, i) => {
      length += line.length;
      if (length > longest) pieces = [];
      else pieces.push(line);
      if (i === lines.length - 1) return;
      const reply = length > longest ? undefined : parseReply(pieces.join(''));
      pieces = [];
      length = 0;
      if (reply !== undefined) receive(reply);
    });
  };
}

/** One line as a reply; `undefined` where it is none. */
export function parseReply(line: string): AgentReply | undefined {
  if (!line.startsWith('{')) return undefined;
  let raw: Partial<Record<string, unknown>> | null;
  try {
    raw = JSON.parse(line) as typeof raw;
  } catch {
    return undefined;
  }
  const { type, protocol, boot, client, session, id, stream, data, status, timedOut } = raw ?? {};
  if (type === 'hello') {
    const texts = typeof boot === 'string' && typeof client === 'string' && typeof session === 'string';
    return protocol === 1 && texts ? { type, protocol, boot, client, session } : undefined;
  }
  if (typeof id !== 'number') return undefined;
  if (type === 'output' && (stream === 'stdout' || stream === 'stderr') && typeof data === 'string')
    return { type, id, stream, data };
  if (type === 'exit' && typeof status === 'number' && typeof timedOut === 'boolean')
    return { type, id, status, timedOut };
  return undefined;
}

/** A request as a line of ASCII, behind an end for what may stand unfinished before it. */
export function requestLine(request: AgentRequest): string {
  const ascii = JSON.stringify(request).replace(
    /[\x7f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `\n${ascii}\n`;
}
