import { reservePort } from '../../src/boot/ports.ts';
import { makeSshKey as makeKey, type SshKey, waitForSsh } from '../../src/boot/ssh.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';

export type { SshKey } from '../../src/boot/ssh.ts';

export interface SshAnswer {
  /** 255 where the command was not run. */
  readonly code: number;
  readonly out: string;
  /** What the command, or else the client, said. */
  readonly err: string;
  /** Fingerprint of the server's host key. */
  readonly hostKey: string | undefined;
}

/** Makes a key with the pinned dropbear. */
export function makeSshKey(tools: string, dir: string, name = 'key'): Promise<SshKey> {
  return makeKey(qemuFromTree(tools), dir, name, 'test@example');
}

export interface SshTarget {
  readonly tools: string;
  readonly port: number;
  /** `undefined`: without any key. */
  readonly key: SshKey | undefined;
  /** Offered where the server asks for one. */
  readonly password?: string;
}

/**
 * Runs a command in a guest as an outside user would, as soon as its server answers; never throws for what the guest or the server
 * says.
 */
export async function ssh(target: SshTarget, command: string): Promise<SshAnswer> {
  const given = { ...target, tools: qemuFromTree(target.tools) };
  const answer = await waitForSsh(given, command, { within: 180_000 });
  const { hostKey } = answer;
  return answer.how === 'ran'
    ? { code: answer.status, out: answer.stdout, err: answer.stderr, hostKey }
    : { code: 255, out: '', err: `${answer.how}: ${answer.message}`, hostKey };
}

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const port = await reservePort();
  await port.release();
  return port.number;
}
