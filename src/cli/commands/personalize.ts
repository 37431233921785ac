import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { PersonalSettings } from '../../base/personal.ts';
import type { CliIo } from '../io.ts';
import { addPersonalOptions, type PersonalFlags } from '../personal/options.ts';

interface Flags extends PersonalFlags {
  readonly show?: true;
  readonly clear?: true;
  readonly json?: true;
}

const examples = `
The settings lie over the recipe's, and the PE follows them when it starts and says so. Each replaces the one of its kind that was
set before; what is not named stays. A file is changed in a copy that takes its place; a device is changed where it is.

A hash on the command line is seen by whoever lists the processes of this machine: give a file, or - for standard input.

Examples:
  $ diskbios personalize out/diskbios.iso --hostname pe7 --ssh-key ~/.ssh/id_ed25519.pub
  $ diskbios personalize out/diskbios.img --network eth0=192.0.2.7/24,192.0.2.1 --network dns=192.0.2.53
  $ openssl passwd -6 | diskbios personalize /dev/sdX --password-hash -
  $ diskbios personalize out/diskbios.qcow2 --settings pe7.yaml
  $ diskbios personalize out/diskbios.qcow2 --show
  $ diskbios personalize out/diskbios.qcow2 --clear
`;

/** `personalize IMAGE|DEVICE` */
export function register(program: Command, io: CliIo): void {
  const command = program
    .command('personalize')
    .description('give an image or a stick its host name, keys, network and password, without a build')
    .argument('<image-or-device>', 'an image that diskbios built, or the device it was written to');
  addPersonalOptions(command)
    .option('--show', 'only show what is set; secrets as "set"')
    .option('--clear', 'take away all that was set before')
    .option('--json', 'print what is set as JSON, secrets as true')
    .addHelpText('after', examples)
    .action((file: string, flags: Flags) => personalizeImage(file, flags, io));
}

async function personalizeImage(given: string, flags: Flags, io: CliIo): Promise<void> {
  const { personalSettings } = await import('../personal/options.ts');
  const settings = await personalSettings(flags, io);
  const clear = flags.clear === true;
  if (flags.show === true && (settings !== undefined || clear))
    throw new UserError({ code: 'bad-option', message: '--show changes nothing', expected: '--show alone' });
  if (flags.show !== true && settings === undefined && !clear) {
    throw new UserError({
      code: 'nothing-to-do',
      message: 'no setting was given',
      expected: '--hostname, --ssh-key, --network, --password-hash, --systems, --settings, --clear or --show',
      hint: 'diskbios personalize --help shows examples',
    });
  }
  const { personalize, readPersonal } = await import('../../image/personalize.ts');
  const file = resolve(io.cwd, given);
  const note = (text: string): void => io.err(`note: ${text}\n`);
  if (flags.show === true) {
    const found = readPersonal(file);
    const sound = found !== undefined && 'version' in found ? found.settings : {};
    if (found !== undefined && 'problem' in found)
      note(`its personal settings do not count: ${found.problem}`);
    await tell(sound, flags, io);
    return;
  }
  const change = settings === undefined ? 'clear' : { settings, only: clear };
  await tell(personalize(file, change, { onNote: note }), flags, io);
}

async function tell(settings: PersonalSettings, { json }: Flags, io: CliIo): Promise<void> {
  const { openSettings, personalLines } = await import('../../base/personal.ts');
  if (json === true) {
    io.out(`${JSON.stringify(openSettings(settings), undefined, 2)}\n`);
    return;
  }
  const lines = personalLines(settings);
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  if (lines.length === 0) io.out('no personal settings\n');
  for (const [name, value] of lines) io.out(`${name.padEnd(width)}  ${value}\n`);
}
