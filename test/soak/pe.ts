import { readyPattern } from '../../src/base/console-lines.ts';
import { type AcceleratorChoice } from '../../src/boot/accel.ts';
import { type Agent, connectAgent } from '../../src/boot/agent.ts';
import { type Guest, withGuest } from '../../src/boot/guest.ts';
import { passMenu } from '../../src/boot/menu.ts';
import type { Drive } from '../../src/boot/spec.ts';
import type { QemuTools } from '../../src/boot/tools.ts';

/** What boots are made with. */
export interface Bench {
  readonly tools: QemuTools;
  readonly accelerator: AcceleratorChoice;
  /** A PE for clouds, with the agent. */
  readonly image: string;
  readonly signal?: AbortSignal | undefined;
}

export interface RunningPe {
  readonly guest: Guest;
  /** Runs a shell command that must succeed; resolves to what it said. */
  readonly sh: (command: string) => Promise<string>;
}

const minute = 60_000;

/** Boots the PE with these disks, and pulls its plug when `work` is done. */
export function withPe<T>(
  { tools, accelerator, image, signal }: Bench,
  disks: readonly Drive[],
  work: (pe: RunningPe) => Promise<T>,
): Promise<T> {
  const { kind, cpu, patience } = accelerator;
  const request = {
    ...({ firmware: 'bios', accelerator: { kind, cpu }, memory: 768 * 1024 ** 2, cpus: 1 } as const),
    drives: [{ file: image, as: 'cd', format: 'raw', writes: 'refuse' } as const, ...disks],
    ...({ networks: [], display: 'none', uefiVars: undefined, kernel: undefined } as const),
    ...{ usbInput: false, emptySlots: 0 },
  };
  return withGuest(tools, request, { patience, agent: true, signal }, async (guest) => {
    const agent = await connectAgent(guest.folder.agent, guest.qmp, () => guest.felt('its agent'));
    try {
      await passMenu(guest);
      await guest.waitFor(readyPattern);
      return await work({ guest, sh: (command) => succeed(agent, command, minute * patience) });
    } finally {
      agent.close();
    }
  });
}

async function succeed(agent: Agent, command: string, within: number): Promise<string> {
  const { status, stdout, stderr, timedOut } = await agent.run(command, { within });
  if (status === 0) return stdout;
  const how = timedOut ? 'took too long' : `ended with ${status}`;
  const last = `${stdout}${stderr}`.trimEnd().split('\n').slice(-12);
  throw new Error(`${command}\n${how}:\n${last.join('\n')}`);
}
