/**
 * What `diskbios test` and the agent in the PE say to each other on a virtio-serial port: one JSON object a line. Each side
 * ignores a line it does not understand: after a power cut the first one may be cut off. No Node types: compiled for QuickJS too.
 */
export const agentPort = 'org.diskbios.agent.0';

/** Bytes of the longest line that the agent reads; a longer one is dropped as it comes. */
export const longestRequest = 16 * 1024 ** 2;

/** Bytes of the longest command: the kernel's limit for one argument of a program. */
export const longestCommand = 128 * 1024 - 1;

/** The agent says this when it opens the port and whenever it is greeted. */
export interface AgentHello {
  readonly type: 'hello';
  readonly protocol: 1;
  /** `/proc/sys/kernel/random/boot_id`: differs after every boot. */
  readonly boot: string;
  /** Whom it obeys; empty: nobody yet, it waits to be greeted. */
  readonly client: string;
  /** Differs for each boot, each start of the agent, and each client. */
  readonly session: string;
}

/** Requests of another session were on their way when the machine was reset or the agent ended: they are ignored. */
export type AgentRequest =
  /** Greets the agent by a name that nobody else has. What an earlier client had asked for is given up, commands are killed. */
  | { readonly type: 'hello'; readonly client: string }
  | {
      readonly type: 'run';
      readonly session: string;
      /** Names the command in its replies; not used twice in a session. */
      readonly id: number;
      /** For `/bin/sh -c`. */
      readonly command: string;
      /** Base64. */
      readonly stdin: string;
      /** Milliseconds after which the command and all that it started are killed, but for daemons that have left it. */
      readonly within: number;
    }
  /** Kills a command before its time is over; its exit is told as always. */
  | { readonly type: 'kill'; readonly session: string; readonly id: number };

export type AgentReply =
  | AgentHello
  | {
      readonly type: 'output';
      readonly id: number;
      readonly stream: 'stdout' | 'stderr';
      /** Base64. */
      readonly data: string;
    }
  /** The command has ended, and all that it wrote until then has been told. What it left running may live on; its output is dropped. */
  | {
      readonly type: 'exit';
      readonly id: number;
      /** The exit code; 128 + signal where a signal ended it, as a shell says it. */
      readonly status: number;
      readonly timedOut: boolean;
    };
