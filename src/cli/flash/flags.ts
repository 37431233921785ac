import { type Diagnostic, UserError } from '../../base/errors.ts';
import { type Firmware, usualFirmwares } from '../../base/machine.ts';
import type { Allowed } from '../../flash/device.ts';
import type { ProgressFlags } from '../options.ts';
import type { PersonalFlags } from '../personal/options.ts';

/** The options of `flash` as commander gives them. */
export interface FlashFlags extends ProgressFlags, PersonalFlags {
  readonly list?: true;
  readonly yes?: string;
  readonly allowFixed?: true;
  readonly allowMembers?: true;
  readonly bmap: boolean;
  readonly verify: boolean;
  readonly sha256?: string;
  readonly test?: string | true;
  readonly json?: true;
}

/** The options of `flash` after checking. */
export interface FlashWish {
  readonly image: string | undefined;
  /** A device or file as it was typed. */
  readonly to: string | undefined;
  readonly list: boolean;
  /** The serial number that stands for a person's yes. */
  readonly yes: string | undefined;
  readonly allowed: Allowed;
  readonly bmap: boolean;
  readonly verify: boolean;
  readonly sha256: string | undefined;
  /** With which firmware it is started afterwards. */
  readonly test: readonly Firmware[];
  readonly json: boolean;
}

/** Throws a `UserError` with every mistake. */
export function flashWish(image: string | undefined, to: string | undefined, flags: FlashFlags): FlashWish {
  const mistakes: Diagnostic[] = [];
  const mistake = (message: string, expected: string, hint?: string): void => {
    mistakes.push({ code: 'bad-option', message, expected, hint });
  };
  const list = flags.list === true;
  if (image === undefined && !list)
    mistake(
      'there is no image to write',
      'diskbios flash IMAGE [DEVICE]',
      'diskbios flash --list shows the disks',
    );
  if (list && to !== undefined) mistake(`${to}: --list writes nothing`, 'one of the two');
  if (flags.yes !== undefined && to === undefined && !list)
    mistake('--yes needs to know the device', 'diskbios flash IMAGE DEVICE --yes SERIAL');
  const sha256 = flags.sha256?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    mistake(`--sha256 ${flags.sha256 ?? ''}: this is no SHA-256`, '64 hex digits, as sha256sum prints them');
  const test = flags.test === true ? 'both' : flags.test;
  const chosen = test === 'both' ? usualFirmwares : usualFirmwares.filter((each) => each === test);
  if (test !== undefined && chosen.length === 0)
    mistake(`--test ${test}: there is no such firmware`, 'bios, uefi or both');
  if (mistakes.length > 0) throw new UserError(mistakes);
  return {
    ...{ image, to, list, sha256, test: chosen, yes: flags.yes },
    allowed: { fixed: flags.allowFixed === true, members: flags.allowMembers === true },
    bmap: flags.bmap,
    verify: flags.verify,
    json: flags.json === true,
  };
}
