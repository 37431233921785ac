import type { ImageAttachment } from '../base/machine.ts';
import { type Links, withLinks } from '../boot/links.ts';
import {
  type Machine,
  type MachineNetwork,
  type MachineOptions,
  type MachineSpec,
  withMachine,
} from '../boot/machine.ts';
import type { QemuTools } from '../boot/tools.ts';
import { startedKernel } from '../image/kernel.ts';
import type { TestGuest } from '../recipe/test-types.ts';
import type { ProofCase } from './cases.ts';
import { type Load, memoryOfGuest } from './schedule.ts';

export interface CaseMachines {
  readonly tools: QemuTools;
  /** The image under test. */
  readonly image: string;
  /** By the machine's name. */
  readonly options: (name: string) => MachineOptions;
}

/** Makes all machines of a case, off, and the cables between them, for as long as `work` lasts. */
export function withCaseMachines<T>(
  one: ProofCase,
  { tools, image, options }: CaseMachines,
  work: (machines: readonly Machine[]) => Promise<T>,
): Promise<T> {
  const guests = Object.entries(one.test.guests);
  const make = (links: Links, left: typeof guests, made: readonly Machine[]): Promise<T> => {
    const [next, ...rest] = left;
    if (next === undefined) return work(made);
    const [name, guest] = next;
    const spec = { ...machineSpec(one, guest, image), name, index: made.length };
    const networks = guest.networks.map(
      (network): MachineNetwork =>
        network.kind === 'user' ? network : { kind: 'link', ...links.end(network.name, name) },
    );
    return withMachine(tools, { ...spec, networks }, options(name), (machine) =>
      make(links, rest, [...made, machine]),
    );
  };
  const cables = linkMembers(one.test.guests);
  const first = options(guests[0]?.[0] ?? '');
  if (Object.keys(cables).length === 0) return make({ end: noCable }, guests, []);
  return withLinks(tools, cables, first, (links) => make(links, guests, []));
}

function noCable(link: string): never {
  throw new Error(`no cable ${link} was laid`);
}

function machineSpec(
  one: ProofCase,
  guest: TestGuest,
  image: string,
): Omit<MachineSpec, 'name' | 'index' | 'networks'> {
  return {
    model: guest.model,
    firmware: guest.firmware ?? one.firmware,
    certificate: one.test.certificate,
    memory: guest.memory ?? one.memory,
    cpus: guest.cpus ?? one.cpus,
    ...(guest.image ? underTest(image, one.medium.as) : { image: undefined }),
    disks: guest.disks,
  };
}

function underTest(file: string, as: ImageAttachment): Pick<MachineSpec, 'image' | 'kernel' | 'netboot'> {
  if (as === 'network') return { image: undefined, netboot: file };
  return as === 'kernel' ? { image: undefined, kernel: startedKernel(file) } : { image: { file, as } };
}

/** Which machines each private cable is between: `{ lan: ['a', 'b'] }`. */
export function linkMembers(guests: Readonly<Record<string, TestGuest>>): Record<string, string[]> {
  const members: Record<string, string[]> = {};
  for (const [name, { networks }] of Object.entries(guests)) {
    for (const network of networks) {
      if (network.kind === 'link') (members[network.name] ??= []).push(name);
    }
  }
  return members;
}

/** What a case takes of this machine. */
export function loadOf(one: ProofCase): Load {
  const guests = Object.values(one.test.guests);
  const memory = guests.map((guest) => memoryOfGuest(guest.memory ?? one.memory));
  return { guests: guests.length, memory: memory.reduce((sum, each) => sum + each, 0) };
}
