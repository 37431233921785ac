import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Diagnostic, UserError } from '../../base/errors.ts';
import type { PersonalSettings } from '../../base/personal.ts';
import type { CliIo } from '../io.ts';
import { collect } from '../options.ts';

/** The personal settings of a command line as commander gives them. */
export interface PersonalFlags {
  readonly hostname?: string;
  readonly sshKey: string[];
  readonly network: string[];
  readonly passwordHash?: string;
  readonly systems?: string;
  readonly settings?: string;
}

/** Adds the options for personal settings to a command. */
export function addPersonalOptions(command: Command): Command {
  return command
    .option('--hostname <name>', 'host name of the PE')
    .option('--ssh-key <key|file>', 'public key that may log in as root by SSH (repeatable)', collect, [])
    .option(
      '--network <setting>',
      'eth0=dhcp, eth0=192.0.2.7/24,192.0.2.1, eth0=off, dns=192.0.2.53, search=example.org (repeatable)',
      collect,
      [],
    )
    .option('--password-hash <hash|file>', "hash of root's password, a file with it, or - for standard input")
    .option('--systems <names>', 'systems that start by themselves, with commas, or none; all others do not')
    .option('--settings <file>', 'all of these from a YAML or JSON file; options given beside it count more');
}

/**
 * The settings of a command line, checked; `undefined`: none was given. Throws a `UserError` with every mistake; nothing that is
 * secret is in it.
 */
export async function personalSettings(
  flags: PersonalFlags,
  io: Pick<CliIo, 'cwd' | 'env'>,
): Promise<PersonalSettings | undefined> {
  const { hostname, sshKey, network, passwordHash, systems, settings: file } = flags;
  const given = {
    ...(hostname === undefined ? {} : { hostname }),
    ...(sshKey.length === 0 ? {} : { sshKeys: sshKey }),
    ...(network.length === 0 ? {} : { network }),
    ...(passwordHash === undefined ? {} : { passwordHash }),
    ...(systems === undefined ? {} : { systems }),
  };
  if (file === undefined && Object.keys(given).length === 0) return undefined;
  const [{ checkedSettings }, { readSettingsFile }] = await Promise.all([
    import('./settings.ts'),
    import('./settings-file.ts'),
  ]);
  const none = {
    ...{ hostname: undefined, sshKeys: undefined, passwordHash: undefined },
    ...{ network: undefined, systems: undefined, dir: io.cwd },
  };
  const sources = { home: io.env['HOME'], stdin: () => readFileSync(0, 'utf8') };
  const fromFile = file === undefined ? none : readSettingsFile(resolve(io.cwd, file), file);
  const { dir } = fromFile;
  // Names of files are relative to where they are written.
  const rest = Object.fromEntries(Object.entries(fromFile).filter(([key]) => !(key in given)));
  const parts = [
    { ...none, ...rest, dir },
    { ...none, ...given },
  ];
  const mistakes: Diagnostic[] = [];
  const checked = parts.map((raw) => checkedSettings(raw, sources, mistakes));
  if (mistakes.length > 0) throw new UserError(mistakes);
  return Object.assign({}, ...checked) as PersonalSettings;
}
