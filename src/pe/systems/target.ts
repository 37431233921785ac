import { parseJson } from '../../base/parse-json.ts';
import { type ExitStatus, readText } from '../host.ts';
import { runFolder } from '../lib/systems/places.ts';
import type { RunState } from '../lib/systems/run-state.ts';
import type { Target } from './engines/engine.ts';
import type { SoundSystem } from './store.ts';

export const cgroupsFolder = '/sys/fs/cgroup/systems';

export function targetOf(found: SoundSystem, console = false): Target {
  const run = runFolder(found.name);
  return { ...found, run, root: `${run}/root`, cgroup: `${cgroupsFolder}/${found.name}`, console };
}

/** State of the run of a system; `undefined` where it was not started. */
export const runState = (name: string): RunState | undefined =>
  parseJson(readText(`${runFolder(name)}/state.json`)) as RunState | undefined;

/** How the first process of a system ended, where its engine has kept that. */
export function endingOf(name: string): ExitStatus | undefined {
  const text = (readText(`${runFolder(name)}/end`) ?? '').trim();
  if (!/^\d+$/.test(text)) return undefined;
  const code = Number(text);
  return { code, signal: code > 128 ? code - 128 : undefined };
}
