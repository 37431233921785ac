import type { AgentReply, AgentRequest } from '../base/agent-protocol.ts';
import { FailedError } from '../base/errors.ts';

export type CommandEnd = { readonly status: number; readonly timedOut: boolean } | { readonly error: Error };

export interface CommandListener {
  readonly output: (stream: 'stdout' | 'stderr', bytes: Buffer) => void;
  readonly ended: (end: CommandEnd) => void;
}

/** Requests but for the session, which is the peer's knowledge. */
type Request = AgentRequest extends infer R
  ? R extends { session: string }
    ? Omit<R, 'session'>
    : never
  : never;

/** What is known of the agent on the other side: whether it is there, and which commands it has in hand. No I/O. */
export interface AgentPeer {
  readonly received: (reply: AgentReply) => void;
  /** Resolves to false when time is over first, or when there will be no agent any more. */
  readonly there: (withinMs: number) => Promise<boolean>;
  readonly expect: (id: number, name: string, listener: CommandListener) => void;
  readonly forget: (id: number) => void;
  /** Sends to the agent that is there; without one it is as if it got lost on the way. */
  readonly send: (request: Request) => void;
  /** Says hello first, to an agent that may be there already. */
  readonly greet: () => void;
  /** The agent that was there will not come back; the commands that it had end with `agent-lost`. */
  readonly lost: (why: string) => void;
  /** The machine is off: there will be no agent any more. */
  readonly ended: () => void;
}

/** `client`: a name that nobody else has, by which the agent is greeted. */
export function agentPeer(client: string, transmit: (request: AgentRequest) => void): AgentPeer {
  const waiting = new Set<(there: boolean) => void>();
  const commands = new Map<number, { readonly name: string; readonly listener: CommandListener }>();
  /** A hello may arrive after the news that who said it is gone. */
  const gone = new Set<string>();
  let session: string | undefined;
  let over = false;

  const greet = (): void => transmit({ type: 'hello', client });
  const tell = (there: boolean): void => {
    for (const answer of [...waiting]) answer(there);
  };
  const lost = (why: string): void => {
    if (session !== undefined) gone.add(session);
    session = undefined;
    for (const [id, { name, listener }] of [...commands]) {
      commands.delete(id);
      listener.ended({ error: agentLost(why, name) });
    }
  };

  return {
    received(reply) {
      if (reply.type === 'hello') {
        if (gone.has(reply.session) || reply.session === session) return;
        if (reply.client !== client) {
          greet();
          return;
        }
        lost('the agent was started anew');
        session = reply.session;
        tell(true);
        return;
      }
      const listener = commands.get(reply.id)?.listener;
      if (reply.type === 'output') listener?.output(reply.stream, Buffer.from(reply.data, 'base64'));
      else listener?.ended({ status: reply.status, timedOut: reply.timedOut });
    },
    there(withinMs) {
      if (session !== undefined) return Promise.resolve(true);
      if (over) return Promise.reject(agentLost('the machine is off'));
      return new Promise((resolve, reject) => {
        const answer = (there: boolean): void => {
          clearTimeout(timer);
          waiting.delete(answer);
          if (over) reject(agentLost('the machine is off'));
          else resolve(there);
        };
        const timer = setTimeout(answer, withinMs, false);
        waiting.add(answer);
      });
    },
    expect(id, name, listener) {
      if (session === undefined) listener.ended({ error: agentLost('the machine was reset', name) });
      else commands.set(id, { name, listener });
    },
    forget: (id) => commands.delete(id),
    send(request) {
      if (session !== undefined) transmit({ ...request, session });
    },
    greet,
    lost,
    ended() {
      over = true;
      lost('the machine was switched off');
      tell(false);
    },
  };
}

function agentLost(why: string, command?: string): FailedError {
  return new FailedError(
    'agent-lost',
    command === undefined
      ? `the agent in the PE is gone: ${why}`
      : `the agent in the PE went away: ${why}, while this ran: ${command}`,
  );
}
