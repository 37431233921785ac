import type { PeConfigService } from '../../base/pe-config.ts';

/** Services of layers that the recipe knows nothing of: `NAME.json`, a service each. */
export const dropInFolder = '/etc/diskbios/services.d';

/** The service's name, from a file's; `undefined` for files that are none. */
export function dropInName(file: string): string | undefined {
  return /^([\w.@-]+)\.json$/.exec(file)?.[1];
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const restarts: readonly unknown[] = ['always', 'on-failure', 'never'] satisfies PeConfigService['restart'][];

/** A service as it stands in a file; only `run` must be there. Or a sentence that says what is wrong. */
export function parseDropIn(text: string): PeConfigService | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isTable(raw)) return 'it is not an object';
  const { run, after = [], restart = 'always', env = {}, enabled = true } = raw;
  if (!isTexts(run) || run.length === 0) return "'run' is not a program and its arguments";
  if (!isTexts(after)) return "'after' is not a list of services";
  if (!restarts.includes(restart)) return "'restart' is none of always, on-failure, never";
  if (!isTable(env) || !isTexts(Object.values(env))) return "'env' is not a table of texts";
  if (typeof enabled !== 'boolean') return "'enabled' is neither true nor false";
  return {
    run,
    after,
    restart: restart as PeConfigService['restart'],
    env: env as Record<string, string>,
    enabled,
  };
}
