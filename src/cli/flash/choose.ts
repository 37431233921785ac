import { UserError } from '../../base/errors.ts';
import { type Destination, destination } from '../../flash/destination.ts';
import type { Allowed, Device, Refusal } from '../../flash/device.ts';
import { contentLines, deviceLine } from '../../flash/device-text.ts';
import { type Needs, refusals } from '../../flash/refusals.ts';
import type { FlashWish } from './flags.ts';

/** A disk, and why it is not offered. */
export interface Candidate {
  readonly device: Device;
  /** Empty: it is offered. */
  readonly refused: readonly Refusal[];
}

/** Real disks only: what is made of others, and what files show as disks, must be named. */
export function candidates(devices: readonly Device[], needs: Needs, allowed: Allowed): Candidate[] {
  return devices
    .filter(({ bus }) => bus !== 'virtual' && bus !== 'loop')
    .map((device) => ({ device, refused: refusals(device, needs, allowed) }));
}

/** What can be written to, then what cannot and why. */
export function listing(all: readonly Candidate[]): string {
  const lines = (one: Candidate): string[] => [
    deviceLine(one.device),
    ...contentLines(one.device).map((line) => `    ${line}`),
    ...one.refused.map(({ reason }) => `    not offered: ${reason}`),
  ];
  const offered = all.filter(({ refused }) => refused.length === 0);
  const others = all.filter(({ refused }) => refused.length > 0);
  const text = [...offered, ...others].flatMap(lines);
  const none =
    offered.length === 0 ? ['no disk is here that could be offered: is the stick plugged in?'] : [];
  return `${[...text, ...none].join('\n')}\n`;
}

/** How the person is asked: `undefined` where nobody is there to answer. */
export type Ask = ((question: string) => Promise<string>) | undefined;

export interface Choice {
  readonly wish: FlashWish;
  readonly needs: Needs;
  readonly image: string;
  readonly cwd: string;
  readonly devices: readonly Device[];
  readonly ask: Ask;
  readonly tell: (text: string) => void;
}

/** Settles where the image goes, with the person's typed consent. Throws `UserError` for all else. */
export async function choose(choice: Choice): Promise<Destination> {
  const { wish, needs, devices, ask, tell, image, cwd } = choice;
  if (wish.to === undefined) return chooseDevice(choice);
  const to = destination(wish.to, { cwd, devices, image });
  if (to.kind === 'file') {
    if (!to.isNew)
      await consent(to.path.slice(to.path.lastIndexOf('/') + 1), `${to.path} is there already`, choice);
    return to;
  }
  const { device } = to;
  const refused = refusals(device, needs, wish.allowed);
  if (refused.length > 0) throw refusedError(device, refused);
  if (wish.yes === undefined && ask !== undefined) tell(listing([{ device, refused }]));
  const { identity } = device;
  if (wish.yes === undefined) await consent(device.name, 'all of this is to be overwritten', choice);
  else if (identity === undefined) {
    throw new UserError({
      code: 'no-serial',
      message: `${device.path} tells no serial number, so that --yes could not mean it alone`,
      hint: 'leave --yes out, and type its name in a terminal',
    });
  } else if (identity.value !== wish.yes) {
    throw new UserError({
      code: 'other-serial',
      message: `${device.path} is not the device meant by --yes ${wish.yes}`,
      expected: `its ${identity.kind} is ${identity.value} (${deviceLine(device)})`,
    });
  }
  return to;
}

async function chooseDevice({ wish, needs, devices, ask, tell, image }: Choice): Promise<Destination> {
  const all = candidates(devices, needs, wish.allowed);
  tell(listing(all));
  if (ask === undefined) {
    throw new UserError({
      code: 'no-device',
      message: 'there is nobody to ask which device is meant',
      expected: `diskbios flash ${image} DEVICE --yes SERIAL`,
    });
  }
  const offered = all.filter(({ refused }) => refused.length === 0);
  if (offered.length === 0) throw notConfirmed('there is no disk to write to');
  const typed = await ask(
    `Type the name of the device that is to be overwritten, all of it (${offered.map(({ device }) => device.name).join(', ')}): `,
  );
  const found = all.find(({ device }) => sameName(typed, device.name));
  if (found === undefined)
    throw notConfirmed(typed === '' ? 'no name was typed' : `there is no disk ${typed}`);
  if (found.refused.length > 0) throw refusedError(found.device, found.refused);
  return { kind: 'device', device: found.device };
}

async function consent(name: string, what: string, { wish, ask }: Choice): Promise<void> {
  if (wish.yes === name) return;
  if (wish.yes !== undefined || ask === undefined) {
    throw new UserError({
      code: 'not-confirmed',
      message: `${what}, and there is nobody to ask`,
      expected: `--yes with ${what.endsWith('already') ? `the file's name, ${name}` : 'the serial number of the device'}`,
    });
  }
  const typed = await ask(`Type ${name} if ${what.endsWith('already') ? 'it is to be overwritten' : what}: `);
  if (!sameName(typed, name))
    throw notConfirmed(typed === '' ? 'no name was typed' : `${typed} is not ${name}`);
}

const sameName = (typed: string, name: string): boolean => typed.trim().replace(/^\/dev\//, '') === name;

function notConfirmed(message: string): UserError {
  return new UserError({ code: 'not-confirmed', message: `${message}; nothing was written` });
}

function refusedError({ path }: Device, refused: readonly Refusal[]): UserError {
  return new UserError(
    refused.map(({ code, reason, hint }) => ({ code, message: `${path}: ${reason}`, hint })),
  );
}
