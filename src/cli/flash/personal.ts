import type { PersonalSettings } from '../../base/personal.ts';
import { isPacked } from '../../flash/packed.ts';
import type { CliIo } from '../io.ts';
import type { PersonalFlags } from '../personal/options.ts';

/**
 * The personal settings of the command line, `undefined` where there are none. Throws `UserError` for wrong ones, and for an
 * image that has no place for them, before anything is written.
 */
export async function settingsFor(
  image: string,
  flags: PersonalFlags,
  io: CliIo,
): Promise<PersonalSettings | undefined> {
  const { personalSettings } = await import('../personal/options.ts');
  const settings = await personalSettings(flags, io);
  if (settings === undefined || isPacked(image)) return settings;
  const { readPersonal } = await import('../../image/personalize.ts');
  readPersonal(image);
  return settings;
}

/** Puts the settings onto what was written; gives them without secrets. */
export async function putSettings(path: string, settings: PersonalSettings, io: CliIo): Promise<unknown> {
  const [{ personalize }, { openSettings }] = await Promise.all([
    import('../../image/personalize.ts'),
    import('../../base/personal.ts'),
  ]);
  const after = personalize(path, { settings }, { onNote: (text) => io.err(`note: ${text}\n`) });
  io.err(`personal settings are on it: ${Object.keys(after).join(', ')}\n`);
  return openSettings(after);
}
