import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import { firstOfNetboot } from '../base/netboot.ts';
import { type Agent, connectAgent } from './agent.ts';
import { type Guest, startGuest } from './guest.ts';
import { commandByHand, type GuestRequest, guestFolder } from './launch.ts';
import type { Machine, MachineOptions } from './machine.ts';
import type { MachineParts } from './machine-parts.ts';
import { isPluggable, type PluggedDrive, plugIn, pullOut } from './machine-plug.ts';
import { macAddress } from './network-args.ts';
import type { Network, UserNetwork } from './spec.ts';
import type { QemuTools } from './tools.ts';

/** A machine that is switched on. */
interface Running {
  readonly guest: Guest;
  readonly agent: Agent | undefined;
  /** Its drives that can be pulled out, by name. */
  readonly pluggable: Map<string, PluggedDrive>;
}

/** How long a guest may take to let go of a disk, in milliseconds. */
const unplugMs = 30_000;

/** Gives a machine's parts a power switch. `end` switches it off for good. */
export function operate(
  tools: QemuTools,
  parts: MachineParts,
  options: MachineOptions & { readonly sockets: string },
): { machine: Machine; end: () => Promise<void> } {
  const { spec, dir, drives, port } = parts;
  const serialLog = join(dir, 'serial.log');
  const present = new Set(parts.plugged);
  let powerOns = 0;
  let plugs = 0;
  let running: Running | undefined;
  let starting: Promise<Guest> | undefined;
  let off: Promise<void> = Promise.resolve();
  let exit: number | undefined;

  const request = (): GuestRequest => machineRequest(parts, options, { present });
  const byHand = linesByHand(tools, parts, machineRequest(parts, options, { present, cables: dir }));

  const on = (): Running => {
    if (running === undefined) throw new FailedError('machine-off', `${spec.name} is switched off`);
    return running;
  };

  const startUp = async (): Promise<Guest> => {
    await off;
    powerOns += 1;
    const folder = { ...guestFolder(join(options.sockets, `on${powerOns}`)), serialLog };
    mkdirSync(folder.dir);
    appendFileSync(serialLog, `${powerOns === 1 ? '' : '\n'}──── ${spec.name}: power-on ${powerOns} ────\n`);
    await port?.release();
    let guest: Guest | undefined;
    try {
      const started = await startGuest(tools, request(), folder, { ...options, command: byHand });
      guest = started;
      const heard = (): void => started.felt('its agent');
      const agent = options.agent === true ? await connectAgent(folder.agent, guest.qmp, heard) : undefined;
      const pluggable = attached(
        [...drives.keys()].filter((name) => present.has(name)),
        parts,
      );
      running = { guest, agent, pluggable };
      off = guest.ended.then(() => {
        exit = performance.now();
        running = undefined;
        agent?.close();
        // Where somebody was quicker, QEMU says so at the next power-on.
        return port?.reserve().catch(() => undefined);
      });
      return guest;
    } catch (error) {
      await guest?.kill();
      await port?.reserve().catch(() => undefined);
      throw error;
    }
  };

  const powerOn = async (): Promise<Guest> => {
    if (running !== undefined || starting !== undefined) {
      throw new FailedError('machine-on', `${spec.name} is switched on already`);
    }
    starting = startUp();
    try {
      return await starting;
    } finally {
      starting = undefined;
    }
  };

  const cutPower = async (): Promise<void> => {
    await on().guest.kill();
    await off;
  };

  const known = (name: string) => {
    const drive = drives.get(name);
    if (drive === undefined) throw new FailedError('no-such-disk', `${spec.name} has no disk ${name}`);
    if (running !== undefined && !isPluggable(drive)) {
      throw new FailedError(
        'no-hot-plug',
        `${name}: ${drive.as} disks cannot be plugged in or out while a machine runs`,
        { hint: 'usb, virtio and nvme disks can' },
      );
    }
    return drive;
  };

  const machine: Machine = {
    ...{ name: spec.name, dir, sshPort: port?.number, serialLog, powerOn, cutPower },
    isOn: () => running !== undefined,
    guest: () => on().guest,
    agent: () => {
      const { agent } = on();
      if (agent === undefined) throw new Error(`${spec.name} was made without the agent's port`);
      return agent;
    },
    plug: async (name) => {
      const drive = known(name);
      if (present.has(name)) throw new FailedError('disk-there', `${name} is plugged in already`);
      if (running !== undefined) {
        plugs += 1;
        running.pluggable.set(name, await plugIn(running.guest.qmp, drive, String(plugs)));
      }
      present.add(name);
    },
    unplug: async (name) => {
      known(name);
      if (!present.has(name)) throw new FailedError('disk-not-there', `${name} is not plugged in`);
      const plugged = running?.pluggable.get(name);
      if (running !== undefined && plugged !== undefined) {
        await pullOut(running.guest.qmp, plugged, unplugMs * (options.patience ?? 1), options.signal);
        running.pluggable.delete(name);
      }
      present.delete(name);
    },
    screenshot: (file) => on().guest.screenshot(file),
    repeatByHand: () => byHand,
    lastExit: () => exit,
  };
  const end = async (): Promise<void> => {
    await starting?.catch(() => undefined);
    await running?.guest.kill();
    await off;
    await port?.release();
  };
  return { machine, end };
}

/** Drives that are there when a machine is switched on: QEMU counts them. */
function attached(names: readonly string[], { drives }: MachineParts): Map<string, PluggedDrive> {
  return new Map(
    names.flatMap((name, i): [string, PluggedDrive][] => {
      const drive = drives.get(name);
      return drive !== undefined && isPluggable(drive)
        ? [[name, { device: `disk${i}`, node: undefined }]]
        : [];
    }),
  );
}

function machineRequest(
  { spec, drives, uefiVars, kernel, port }: MachineParts,
  { accelerator }: MachineOptions,
  how: { present: ReadonlySet<string>; cables?: string },
): GuestRequest {
  return {
    ...{ model: spec.model, firmware: spec.firmware, memory: spec.memory, cpus: spec.cpus, uefiVars },
    accelerator: { kind: accelerator.kind, cpu: accelerator.cpu },
    drives: [...drives].filter(([name]) => how.present.has(name)).map(([, drive]) => drive),
    networks: spec.networks.map((network, i): Network => {
      const card = { card: 'virtio', mac: macAddress(spec.index, i) } as const;
      if (network.kind === 'user') {
        const forwards = port === undefined ? [] : [{ host: port.number, guest: 22 }];
        return {
          ...{ ...card, card: network.card ?? card.card },
          kind: 'user',
          forwards: i === userCard(spec.networks) ? forwards : [],
          isolated: false,
          start: i === userCard(spec.networks) ? netbootStart(spec) : undefined,
        };
      }
      const end = how.cables === undefined ? network : endByHand(how.cables, i);
      return { ...card, kind: 'link', local: end.local, remote: end.remote };
    }),
    display: 'none',
    kernel,
    usbInput: false,
    emptySlots: [...drives.values()].filter(({ slot }) => slot !== undefined).length,
  };
}

function netbootStart({ netboot, firmware }: MachineParts['spec']): UserNetwork['start'] {
  return netboot === undefined ? undefined : { folder: netboot, file: firstOfNetboot(firmware) };
}

/** Only one card can be what the port leads to, or what the machine starts from. */
function userCard(networks: MachineParts['spec']['networks']): number {
  return networks.findIndex(({ kind }) => kind === 'user');
}

/** A cable that leads nowhere, since the other machine is not there. */
function endByHand(dir: string, index: number): { local: string; remote: string } {
  return { local: join(dir, `cable${index}`), remote: join(dir, `cable${index}-end`) };
}

function linesByHand(tools: QemuTools, parts: MachineParts, request: GuestRequest): string {
  const lines = [...parts.making, commandByHand(tools, request)];
  // All that it has of its own is in one folder, and here in the current one.
  const local = lines.map((line) => line.replaceAll(`${parts.dir}/`, ''));
  return ['cd "$(mktemp -d)"', ...local].join('\n');
}
