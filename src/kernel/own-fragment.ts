import { parseConfig, parseFragment, settingLine } from './fragment.ts';

/**
 * The smallest fragment with which `settle` comes to `wanted`: options are added as they come into reach, and what follows by
 * itself is left out.
 * @param settle the finished configuration with these settings over all that comes before
 * @param isOffered whether somebody could set an option as the configuration is
 * @param selectors options that switch this one on
 */
export async function smallestFragment(
  wanted: string,
  settle: (settings: ReadonlyMap<string, string>) => Promise<string>,
  isOffered: (name: string, config: ReadonlyMap<string, string>) => boolean,
  selectors: (name: string) => readonly string[],
): Promise<Map<string, string>> {
  const goal = parseConfig(wanted);
  const settings = new Map<string, string>();
  for (;;) {
    const reached = parseConfig(await settle(settings));
    const missing = [...new Set([...goal.keys(), ...reached.keys()])].filter(
      (name) => (goal.get(name) ?? 'n') !== (reached.get(name) ?? 'n') && !settings.has(name),
    );
    const offered = missing.filter((name) => isOffered(name, reached));
    if (offered.length === 0) return settings;
    // What others among them switch on or off may come by itself: the next round tells.
    const leading = offered.filter((name) => !selectors(name).some((other) => offered.includes(other)));
    for (const name of leading.length === 0 ? offered : leading) settings.set(name, goal.get(name) ?? 'n');
  }
}

/** A fragment with its comments kept: lines that say something else now are changed, those no longer needed go, new ones follow. */
export function rewriteFragment(text: string, settings: ReadonlyMap<string, string>): string {
  const left = new Map(settings);
  const there = new Map(parseFragment(text).settings.map((one) => [one.start, one]));
  let at = 0;
  const lines = text.split('\n').flatMap((line) => {
    const start = at + line.indexOf(line.trim());
    at += line.length + 1;
    const setting = there.get(start);
    if (setting === undefined) return [line];
    const value = left.get(setting.name);
    left.delete(setting.name);
    return value === undefined ? [] : [settingLine(setting.name, value)];
  });
  const body = lines.join('\n').replace(/\n*$/, '');
  const more = [...left]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => settingLine(name, value));
  return `${[...(body === '' ? [] : [body]), ...more].join('\n')}\n`;
}
