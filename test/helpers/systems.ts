import { join } from 'node:path';
import { expect } from 'vitest';
import type { Guest } from '../../src/boot/guest.ts';
import { type Machine, type MachineSpec, withMachine } from '../../src/boot/machine.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { startedKernel } from '../../src/image/kernel.ts';
import { acceleratorFor, passMenu, waitForReady } from './boot.ts';
import type { Fixture } from './e2e-setup.ts';

export const minute = 60_000;

export interface Answer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running PE with a data volume, and words for what is done in it. */
export interface RunningPe {
  readonly machine: Machine;
  readonly run: (command: string, within?: number) => Promise<Answer>;
  /** What a command that must succeed has said. */
  readonly sh: (command: string, within?: number) => Promise<string>;
  /** Runs a shell script inside a system. */
  readonly inside: (system: string, script: string, within?: number) => Promise<Answer>;
  readonly state: (system: string) => Promise<string>;
  /** Waits until a command says something. */
  readonly until: (command: string, said: string | RegExp, within?: number) => Promise<void>;
  readonly untilState: (system: string, state: string) => Promise<void>;
  /** Process id in the PE of the first process of a system that LXC runs. */
  readonly initPid: (system: string) => Promise<string>;
  readonly bootId: () => Promise<string>;
  /** Types at the machine's own keyboard. */
  readonly type: (text: string) => Promise<void>;
  /** Runs a command at a terminal; what is typed there is written to it piece by piece. */
  readonly atTerminal: (command: string) => Promise<Terminal>;
  readonly end: () => Promise<void>;
}

export interface Terminal {
  readonly type: (text: string) => Promise<void>;
  /** What was shown until now. */
  readonly shown: () => Promise<string>;
  readonly untilShown: (text: RegExp) => Promise<void>;
  /** Presses Enter until a text is shown: what is typed before a console is attached may be lost. */
  readonly knockUntil: (text: RegExp) => Promise<void>;
  /** Waits until the command has ended; all that was shown. */
  readonly ended: () => Promise<string>;
}

interface Listed {
  readonly name: string;
  readonly state: string;
}

/** Boots cloud with the agent and an ext4 data volume of so many bytes, with these files on it. */
export async function startPe(
  { images, tools: dir }: Fixture,
  { name, files, size }: { readonly name: string; readonly files: string | undefined; readonly size: number },
): Promise<RunningPe> {
  const tools = qemuFromTree(dir);
  const { kind, cpu, patience } = await acceleratorFor(tools, dir);
  const spec: MachineSpec = {
    ...{ name, index: 0, firmware: 'bios', memory: 1024 ** 3, cpus: 1, networks: [{ kind: 'user' }] },
    // What happens before the kernel runs is not what these tests are about.
    image: undefined,
    kernel: startedKernel(join(images, 'cloud-agent.iso')),
    disks: {
      data: {
        ...{
          bus: 'virtio',
          size,
          from: undefined,
          fault: undefined,
          readOnly: false,
          plugged: true,
        },
        filesystem: { type: 'ext4', label: 'DISKBIOS-DATA', files, full: false },
      },
    },
  };
  return new Promise((resolve, reject) => {
    const lasts = withMachine(
      tools,
      spec,
      { accelerator: { kind, cpu }, patience, agent: true },
      async (machine) => {
        const guest = await machine.powerOn();
        await passMenu(guest);
        await waitForReady(guest);
        await new Promise<void>((finish) => {
          resolve(
            words(machine, guest, async () => {
              finish();
              await lasts;
            }),
          );
        });
      },
    );
    lasts.catch(reject);
  });
}

function words(machine: Machine, guest: Guest, end: () => Promise<void>): RunningPe {
  const run: RunningPe['run'] = (command, within = 3 * minute) => machine.agent().run(command, { within });
  const sh: RunningPe['sh'] = async (command, within) => {
    const { status, stdout, stderr } = await run(command, within);
    expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
    return stdout.trim();
  };
  const until: RunningPe['until'] = async (command, said, within = 4 * minute) => {
    const look = expect.poll(async () => (await run(`${command} 2>&1`)).stdout.trim(), {
      timeout: within,
      interval: 300,
    });
    await (typeof said === 'string' ? look.toBe(said) : look.toMatch(said));
  };
  const state: RunningPe['state'] = async (system) => {
    const listed = JSON.parse(await sh('systemx list --json')) as Listed[];
    return listed.find(({ name }) => name === system)?.state ?? 'missing';
  };
  let terminals = 0;
  return {
    machine,
    run,
    sh,
    inside: async (system, script, within) =>
      run(`systemx exec ${system} -- sh -c '${script.replaceAll("'", "'\\''")}'`, within),
    state,
    until,
    untilState: async (system, wanted) => {
      await expect.poll(() => state(system), { timeout: 4 * minute, interval: 300 }).toBe(wanted);
    },
    initPid: (system) => sh(`cat /run/diskbios/systems/${system}/init-pid`),
    type: (text) => guest.type(text),
    bootId: () => sh('cat /proc/sys/kernel/random/boot_id'),
    async atTerminal(command) {
      terminals += 1;
      const at = `/tmp/terminal${terminals}`;
      await sh(`mkdir ${at} && mkfifo ${at}/keys`);
      await machine.agent().run(`cat >${at}/command`, { stdin: `${command}\n`, within: minute });
      await sh(`cd ${at}; sleep 600 >keys & echo $! >${at}/open`);
      const done = run(`cd ${at}; script -q -f -c 'sh command' /dev/null <keys >shown 2>&1`, 5 * minute);
      const shown = async (): Promise<string> => (await run(`cat ${at}/shown`)).stdout.replaceAll('\r', '');
      return {
        type: async (text) => {
          await machine.agent().run(`cat >${at}/keys`, { stdin: text, within: minute });
        },
        shown,
        untilShown: async (text) => {
          await expect.poll(shown, { timeout: 4 * minute, interval: 300 }).toMatch(text);
        },
        async knockUntil(text) {
          const knock = async (): Promise<string> => {
            await machine.agent().run(`cat >${at}/keys`, { stdin: '\r', within: minute });
            return shown();
          };
          await expect.poll(knock, { timeout: 4 * minute, interval: 1000 }).toMatch(text);
        },
        async ended() {
          await done;
          await sh(`kill $(cat ${at}/open)`);
          return shown();
        },
      };
    },
    end,
  };
}
