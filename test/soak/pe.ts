import { setTimeout as sleep } from 'node:timers/promises';
import { readyPattern } from '../../src/base/console-lines.ts';
import type { AcceleratorChoice } from '../../src/boot/accel.ts';
import { type Agent, connectAgent } from '../../src/boot/agent.ts';
import { type Guest, withGuest } from '../../src/boot/guest.ts';
import type { GuestRequest } from '../../src/boot/launch.ts';
import { plugIn } from '../../src/boot/machine-plug.ts';
import { chooseEntry, passMenu } from '../../src/boot/menu.ts';
import type { DirectKernel, Drive } from '../../src/boot/spec.ts';
import type { QemuTools } from '../../src/boot/tools.ts';

/** What boots are made with. */
export interface Bench {
  readonly tools: QemuTools;
  readonly accelerator: AcceleratorChoice;
  /** A PE for clouds, with the agent: an ISO, or a disk image that `kernel` was taken out of. */
  readonly image: string;
  /** States go on from a start of it, as from a disk; `undefined`: from a boot of the ISO. */
  readonly kernel?: DirectKernel;
}

export interface RunningPe {
  /** Runs a shell command that must succeed; resolves to what it said. */
  readonly sh: (command: string) => Promise<string>;
}

const minute = 60_000;

function withMachine<T>(
  { tools, accelerator }: Bench,
  over: Partial<GuestRequest>,
  work: (guest: Guest, pe: RunningPe) => Promise<T>,
): Promise<T> {
  const { kind, cpu, patience } = accelerator;
  const request: GuestRequest = {
    ...{ firmware: 'bios', accelerator: { kind, cpu }, memory: 768 * 1024 ** 2, cpus: 1 },
    ...{ drives: [], networks: [], display: 'none', uefiVars: undefined, kernel: undefined },
    ...{ usbInput: false, emptySlots: 1, state: undefined },
    ...over,
  };
  return withGuest(tools, request, { patience, agent: true }, async (guest) => {
    const agent = await (request.state === undefined ? connectToAgent(guest) : connectToResumed(guest));
    try {
      return await work(guest, { sh: (command) => succeed(agent, command, minute * patience) });
    } finally {
      agent.close();
    }
  });
}

const connectToAgent = (guest: Guest): Promise<Agent> =>
  connectAgent(guest.folder.agent, guest.qmp, () => {
    guest.felt('its agent');
  });

/** What is said to a port while the state of its machine is being read may get lost. */
async function connectToResumed(guest: Guest): Promise<Agent> {
  for (let status: unknown; status !== 'running'; ) {
    await sleep(20);
    ({ status } = (await guest.qmp.execute('query-status')) as { status?: unknown });
    if (status === 'paused') await guest.qmp.execute('cont');
  }
  for (let tries = 1; ; tries += 1) {
    const agent = await connectToAgent(guest);
    const isThere = await agent.waitUntilThere(1000 * tries).then(
      () => true,
      () => false,
    );
    if (isThere || tries === 10) return agent;
    agent.close();
  }
}

const cd = (file: string): Drive => ({ file, as: 'cd', format: 'raw', writes: 'refuse' });

/** Boots the PE from power-on with this disk, and pulls its plug when `work` is done. */
export function withBootedPe<T>(bench: Bench, disk: Drive, work: (pe: RunningPe) => Promise<T>): Promise<T> {
  return bootWith(bench, [cd(bench.image), disk], work);
}

/** The same from this disk itself, which must start. */
export function withDiskBooted<T>(
  bench: Bench,
  disk: Drive,
  work: (pe: RunningPe) => Promise<T>,
): Promise<T> {
  return bootWith(bench, [disk], work);
}

function bootWith<T>(
  bench: Bench,
  drives: readonly Drive[],
  work: (pe: RunningPe) => Promise<T>,
): Promise<T> {
  return withMachine(bench, { drives }, async (guest, pe) => {
    await passMenu(guest);
    await guest.waitFor(readyPattern);
    return work(pe);
  });
}

/** The boot entry that waits in a shell when the kernel and its drivers are there, and nothing else. */
const waitingEntry = 'diskbios live, with a shell before anything is started';

/** What a state belongs to. */
const startOf = ({ image, kernel }: Bench): Partial<GuestRequest> =>
  kernel === undefined ? { drives: [cd(image)] } : { kernel };

/** Boots as far as that, without a disk, and keeps the machine's state in a file (that it runs, too). */
export function saveHalfBooted(bench: Bench, file: string): Promise<void> {
  return withMachine(bench, startOf(bench), async (guest, { sh }) => {
    if (bench.kernel === undefined) await chooseEntry(guest, waitingEntry, { by: 'serial' });
    await guest.waitFor(/diskbios\.debug: a shell on the console/);
    await sh('modprobe virtio_blk');
    await guest.qmp.execute('migrate', { uri: `file:${file}` });
    for (let status: unknown; status !== 'completed'; ) {
      await sleep(50);
      ({ status } = (await guest.qmp.execute('query-migrate')) as { status?: unknown });
      if (status === 'failed') throw new Error(`the state of the machine cannot be kept in ${file}`);
    }
  });
}

/** Goes on from such a state with this disk: all that a boot does with disks and systems comes after it. */
export function withResumedPe<T>(
  bench: Bench,
  state: string,
  disk: Drive,
  work: (pe: RunningPe) => Promise<T>,
): Promise<T> {
  return withMachine(bench, { ...startOf(bench), state }, async (guest, pe) => {
    await plugIn(guest.qmp, disk, 'data');
    await pe.sh('until [ -b /dev/vda ]; do sleep 0.1; done');
    guest.serial.send('exit\r');
    await guest.waitFor(readyPattern);
    return work(pe);
  });
}

async function succeed(agent: Agent, command: string, within: number): Promise<string> {
  const { status, stdout, stderr, timedOut } = await agent.run(command, { within });
  if (status === 0) return stdout;
  const how = timedOut ? 'took too long' : `ended with ${status}`;
  const last = `${stdout}${stderr}`.trimEnd().split('\n').slice(-12);
  throw new Error(`${command}\n${how}:\n${last.join('\n')}`);
}
