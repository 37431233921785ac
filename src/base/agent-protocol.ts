/**
 * What `diskbios test` and the agent in the PE say to each other on a virtio-serial port: one JSON object a line. Each side
 * ignores a line it does not understand: after a power cut the first one may be cut off. No Node types: compiled for QuickJS too.
 */
export const agentPort = 'org.diskbios.agent.0';

/** The agent says this when it opens the port and whenever it is asked to. */
export interface AgentHello {
  readonly type: 'hello';
  readonly protocol: 1;
  /** `/proc/sys/kernel/random/boot_id`: differs after every boot. */
  readonly boot: string;
}

export type AgentRequest =
  | { readonly type: 'hello' }
  | {
      readonly type: 'run';
      readonly id: number;
      /** For `/bin/sh -c`. */
      readonly command: string;
      /** Base64. */
      readonly stdin: string;
      /** Milliseconds after which the command and all it started are killed. */
      readonly within: number;
    };

export type AgentReply =
  | AgentHello
  | {
      readonly type: 'output';
      readonly id: number;
      readonly stream: 'stdout' | 'stderr';
      readonly data: string;
    }
  | {
      readonly type: 'exit';
      readonly id: number;
      /** The exit code; 128 + signal where a signal ended it, as a shell says it. */
      readonly status: number;
      readonly timedOut: boolean;
    };
