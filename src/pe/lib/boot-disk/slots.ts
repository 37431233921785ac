import { formatGrubEnv, grubEnvFirst, grubEnvSize, parseGrubEnv } from '../../../base/grub-env.ts';

export type Slot = 'a' | 'b';
export const isSlot = (text: string | undefined): text is Slot => text === 'a' || text === 'b';

/** What the boot disk says of its slots, in `status.json`. */
export interface SlotState {
  /** The one that this boot was started from. */
  readonly running: Slot;
  /**
   * `good`: it is the one that is started; `trial`: it is on trial; `kept`: it was, and this boot has made it the one that is started;
   * `other`: the one that is meant to be started was passed over; `unknown`: that cannot be read.
   */
  readonly is: 'good' | 'trial' | 'kept' | 'other' | 'unknown';
  /** Another slot that was to be tried, and how often it still is. */
  readonly tried: { readonly slot: Slot; readonly left: number } | undefined;
}

/** The variables in the first sector of an environment block: all that is ours lies there. */
function variablesIn(first: Uint8Array): Record<string, string> | undefined {
  const block = new Uint8Array(grubEnvSize).fill(35); // #
  block.set(first.subarray(0, grubEnvFirst));
  return parseGrubEnv(block);
}

/**
 * What the variables of the boot loader say to a PE that runs from this slot.
 * @param first the first sector of their block; `undefined`: it cannot be read
 */
export function slotState(first: Uint8Array | undefined, running: Slot): SlotState {
  const variables = first === undefined ? undefined : variablesIn(first);
  if (variables === undefined) return { running, is: 'unknown', tried: undefined };
  const { slot, slot_trial: trial, slot_tries: tries } = variables;
  if (trial === running) return { running, is: slot === running ? 'good' : 'trial', tried: undefined };
  const left = /^[1-3]$/.test(tries ?? '') ? Number(tries) : 0;
  const tried = isSlot(trial) ? { slot: trial, left } : undefined;
  return { running, is: slot === running ? 'good' : 'other', tried };
}

/**
 * The same sector with the running slot as the good one and none on trial; all other variables stay. To be written over the one
 * that is there, in one go. `undefined` where the slot is not on trial.
 */
export function keptSlot(first: Uint8Array, running: Slot): Uint8Array<ArrayBuffer> | undefined {
  if (slotState(first, running).is !== 'trial') return undefined;
  const variables = { ...variablesIn(first), slot: running, slot_trial: '', slot_tries: '' };
  return formatGrubEnv(variables).subarray(0, grubEnvFirst);
}

/** For a person. */
export function slotText({ running, is, tried }: SlotState): string {
  const words = {
    good: '',
    trial: ', on trial: it is kept when all is up',
    kept: ', kept: it was on trial, and all came up',
    other: ', because the other one could not be started',
    unknown: '; which one is good cannot be read from the boot disk',
  } as const;
  const other =
    tried === undefined
      ? ''
      : tried.left === 0
        ? `; ${tried.slot} was tried and is not good`
        : `; ${tried.slot} is on trial and could not be started`;
  return running + words[is] + other;
}
