import type { TestStep } from '../../recipe/test-types.ts';
import { console } from './console.ts';
import { fails } from './fails.ts';
import { menu } from './menu.ts';
import { plug } from './plug.ts';
import { powerCut } from './power-cut.ts';
import { powerOn } from './power-on.ts';
import { poweroff } from './poweroff.ts';
import { press } from './press.ts';
import { ready } from './ready.ts';
import { reboot } from './reboot.ts';
import { run } from './run.ts';
import { screen } from './screen.ts';
import { ssh } from './ssh.ts';
import { type } from './type.ts';
import type { StepKind, StepRunner } from './types.ts';
import { unplug } from './unplug.ts';
import { wait } from './wait.ts';

const runners: { readonly [K in StepKind]: StepRunner<K> } = {
  ready,
  run,
  ssh,
  menu,
  console,
  screen,
  type,
  press,
  reboot,
  'power-cut': powerCut,
  poweroff,
  'power-on': powerOn,
  plug,
  unplug,
  fails,
  wait,
};

/** The runner of a step; its `title` and `run` take that step. */
export function runnerOf(step: TestStep): StepRunner<TestStep['kind']> {
  // A step's kind and its runner belong together, which the type of the table says and this signature cannot.
  return runners[step.kind] as StepRunner<TestStep['kind']>;
}
