import type { Diagnostic } from './errors.ts';
import { nearest } from './suggest.ts';
import type { SystemFile } from './system.ts';
import { type Operator, type Setting, settings } from './system-settings.ts';

/** The setting of a key, with what stands for its `*`. */
export function settingOf(key: string): { readonly setting: Setting; readonly name: string } | undefined {
  for (const setting of settings) {
    if (setting.key === key) return { setting, name: '' };
    const stem = setting.key.endsWith('.*') ? setting.key.slice(0, -1) : undefined;
    if (stem !== undefined && key.startsWith(stem) && key !== stem)
      return { setting, name: key.slice(stem.length) };
  }
  return undefined;
}

/** Applies words such as `memory=256MiB` and `network.forward+=8080:80` in order; all mistakes are named. */
export function applySettings(
  system: SystemFile,
  words: readonly string[],
): { readonly system: SystemFile; readonly mistakes: readonly Diagnostic[] } {
  const mistakes: Diagnostic[] = [];
  let result = system;
  for (const word of words) {
    const match = /^([A-Za-z][\w.]*)(\+=|-=|=)(.*)$/s.exec(word);
    if (match === null) {
      mistakes.push({
        code: 'bad-setting',
        message: `'${word}' is no setting`,
        expected: 'KEY=VALUE, KEY+=VALUE or KEY-=VALUE',
      });
      continue;
    }
    const [, key = '', operator = '', value = ''] = match;
    const found = settingOf(key);
    if (found === undefined) {
      const meant = nearest(
        key,
        settings.map((one) => one.key),
      );
      mistakes.push({
        code: 'unknown-setting',
        message: `there is no setting ${key}`,
        hint: meant === undefined ? 'systemx set --help lists them' : `did you mean ${meant}?`,
      });
      continue;
    }
    if (operator !== '=' && !found.setting.list) {
      mistakes.push({ code: 'no-list', message: `${key} is no list, so it takes = only` });
      continue;
    }
    const changed = found.setting.change(result, operator as Operator, value, found.name);
    if (typeof changed === 'string')
      mistakes.push({
        code: 'bad-setting',
        message: `${key}: '${value}' ${changed}`,
        expected: found.setting.values,
      });
    else result = changed;
  }
  return { system: result, mistakes };
}
