import { parseDuration } from '../../base/durations.ts';
import { many, type RawExpectation, type RawStep, type RawText } from '../raw-tests.ts';
import type { CommandExpectation, CommandStep, TestStep, TextExpectation } from '../test-types.ts';
import type { StepView } from './walk.ts';

/** Where `menu` is operated when the step does not say. */
export type MenuBy = 'serial' | 'keyboard';

/** A step without mistakes, in the form that `diskbios test` works from. */
export function testStep({ step, verb, guests = [] }: StepView, menuBy: MenuBy): TestStep {
  const common = { guests, within: milliseconds(withinOf(step, verb)) };
  switch (verb) {
    case 'ready':
      return {
        ...common,
        kind: 'ready',
        mode: typeof step.ready === 'object' ? step.ready.mode : (step.ready ?? 'live'),
      };
    case 'run':
      return { ...common, kind: 'run', ...command(step, step.run), stdin: step.stdin };
    case 'ssh':
      return { ...common, kind: 'ssh', ...command(step, step.ssh), user: step.user ?? 'root' };
    case 'menu':
      return { ...common, kind: 'menu', entry: step.menu ?? '', by: step.by ?? menuBy };
    case 'console':
      return { ...common, kind: 'console', expect: step.console?.expect, send: step.console?.send };
    case 'screen':
      return { ...common, kind: 'screen', contains: many(step.screen?.contains), save: step.screen?.save };
    case 'type':
      return { ...common, kind: 'type', text: step.type ?? '' };
    case 'press':
      return { ...common, kind: 'press', keys: many(step.press) };
    case 'reboot':
      return { ...common, kind: 'reboot', by: step.reboot?.by ?? 'keyboard' };
    case 'power-cut':
      return { ...common, kind: 'power-cut', after: milliseconds(step['power-cut']?.after) ?? 0 };
    case 'poweroff':
      return { ...common, kind: 'poweroff', by: step.poweroff?.by ?? 'button' };
    case 'power-on':
      return { ...common, kind: 'power-on' };
    case 'plug':
      return { ...common, kind: 'plug', disk: step.plug ?? '' };
    case 'unplug':
      return { ...common, kind: 'unplug', disk: step.unplug ?? '' };
    case 'fails':
      return { ...common, kind: 'fails', failure: step.fails ?? '' };
    case 'wait':
      return { ...common, kind: 'wait', ms: milliseconds(step.wait) ?? 0 };
  }
}

/** The time limit, which may stand beside the verb or in its map. */
export function withinOf(step: RawStep, verb: StepView['verb']): string | undefined {
  const value = step[verb];
  return step.within ?? (typeof value === 'object' && 'within' in value ? value.within : undefined);
}

function milliseconds(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}

function command(step: RawStep, text = ''): CommandStep {
  return { command: text, expect: expectation(step.expect ?? {}), retry: milliseconds(step.retry) ?? 0 };
}

function expectation({ status = 0, stdout, stderr, json }: RawExpectation): CommandExpectation {
  return { status, stdout: textExpectation(stdout), stderr: textExpectation(stderr), json };
}

function textExpectation(raw: string | RawText | undefined): TextExpectation | undefined {
  if (raw === undefined) return undefined;
  const { is, contains, lacks, matches } = typeof raw === 'string' ? ({ is: raw } as RawText) : raw;
  return { is, contains: many(contains), lacks: many(lacks), matches };
}
