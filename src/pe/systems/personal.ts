import { parseJson } from '../../base/parse-json.ts';
import type { PersonalFile } from '../../base/personal.ts';
import { newestCopy } from '../../base/personal-copy.ts';
import { exists, readText } from '../host.ts';

/** Personal settings of the medium that was started, as early init found them in the initrd: the two copies. */
const copies = ['/run/diskbios/personal-1', '/run/diskbios/personal-2'] as const;

/** Whether the medium carries any; cheap. */
export const hasPersonal = (): boolean => copies.some(exists);

/** The settings that count, or why they do not; `undefined`: there are none. */
export function readPersonal(): PersonalFile | { readonly problem: string } | undefined {
  const found = newestCopy(copies.map((path) => readText(path) ?? ''));
  return found === undefined || 'problem' in found ? found : found.file;
}

/** The PE's settings with the personal ones laid over them, for programs that come after the supervisor. */
export const personalConfigPath = '/run/diskbios/pe.json';

export const configText = (): string | undefined =>
  readText(personalConfigPath) ?? readText('/etc/diskbios/pe.json');

/** What the PE is set to: by the recipe, or over it by personal settings. */
export const settledConfig = (): unknown => parseJson(configText());
