import { type AgentReply, type AgentRequest, longestCommand } from '../../base/agent-protocol.ts';
import { decode } from '../../base/decode.ts';
import { encodedLength, encodeInto } from './base64.ts';

const newline = 10;
/** So many arguments a function may safely be called with. */
const slice = 8192;

/** Each byte as one character. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += slice) {
    // Not spread: QuickJS goes through an iterator there, five times as slow.
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + slice) as unknown as number[]);
  }
  return text;
}

/** UTF-8 that was read as Latin-1 as what it means. */
function fromUtf8(text: string): string {
  return /[\x80-\xff]/.test(text) ? decode(Array.from(text, (byte) => byte.charCodeAt(0))) : text;
}

/** Cuts a stream into lines. One longer than `longest` bytes is dropped as it comes, so that memory is bounded. */
export function lineCollector(longest: number, line: (text: string) => void): (bytes: Uint8Array) => void {
  let pieces: string[] = [];
  let length = 0;
  const take = (bytes: Uint8Array): void => {
    length += bytes.length;
    if (length > longest) pieces = [];
    else if (bytes.length > 0) pieces.push(latin1(bytes));
  };
  return (bytes) => {
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      take(bytes.subarray(from, end));
      if (length <= longest) line(fromUtf8(pieces.join('')));
      pieces = [];
      length = 0;
      from = end + 1;
    }
    take(bytes.subarray(from));
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** A line as a request; `undefined` where it is none: cut off, of another protocol, or noise. */
export function parseAgentRequest(text: string): AgentRequest | undefined {
  if (!text.startsWith('{')) return undefined;
  let raw: Partial<Record<string, unknown>>;
  try {
    raw = JSON.parse(text) as typeof raw;
  } catch {
    return undefined;
  }
  const { type, client, session, id, command, stdin, within } = raw;
  if (type === 'hello') return typeof client === 'string' ? { type, client } : undefined;
  if (typeof session !== 'string' || !isCount(id)) return undefined;
  if (type === 'kill') return { type, session, id };
  if (type !== 'run' || typeof command !== 'string' || typeof stdin !== 'string' || !isCount(within))
    return undefined;
  return command.length > longestCommand ? undefined : { type, session, id, command, stdin, within };
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A reply as a line. A hello ends what an agent before it may have left unfinished. */
export function replyLine(reply: Exclude<AgentReply, { type: 'output' }>): Uint8Array<ArrayBuffer> {
  return ascii(`${reply.type === 'hello' ? '\n' : ''}${JSON.stringify(reply)}\n`);
}

/** A piece of a command's output as a line, without strings on the way: it is what the agent does most. */
export function outputLine(
  id: number,
  stream: 'stdout' | 'stderr',
  bytes: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const head = ascii(`{"type":"output","id":${id},"stream":"${stream}","data":"`);
  const tail = ascii('"}\n');
  const line = new Uint8Array(head.length + encodedLength(bytes.length) + tail.length);
  line.set(head);
  line.set(tail, encodeInto(bytes, line, head.length));
  return line;
}
