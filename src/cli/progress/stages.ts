import type { WorkEvent } from '../../base/events.ts';
import { formatBytes, formatDuration } from '../../base/sizes.ts';

/** What a person is shown instead of single steps, in the order of work. */
export const stages = ['packages', 'tools', 'kernel', 'livefs', 'media'] as const;
export type Stage = (typeof stages)[number];

export const stageTitles: Readonly<Record<Stage, string>> = {
  packages: 'Fetch and read packages',
  tools: 'Set up the build tools',
  kernel: 'Build the kernel',
  livefs: 'Build the livefs',
  media: 'Write the media',
};

const stageOfKind: Readonly<Record<string, Stage>> = {
  package: 'packages',
  tools: 'tools',
  kernel: 'livefs',
  'kernel-config': 'kernel',
  'kernel-build': 'kernel',
  'kernel-from-source': 'kernel',
  'modules-layer': 'livefs',
  'packages-layer': 'livefs',
  'pe-layer': 'livefs',
  initrd: 'livefs',
};

export function stageOf(kind: string): Stage {
  return stageOfKind[kind] ?? 'media';
}

export interface StageState {
  planned: number;
  done: number;
  /** Titles of the steps that run now. */
  readonly running: Map<string, string>;
  /** When its first step began and its last one ended, in the clock of the events. */
  from: number;
  until: number;
}

/** Sums events up per stage; pure but for the clock it is given. */
export interface Tally {
  readonly states: Readonly<Record<Stage, StageState>>;
  /** `12.3 MiB of 60.1 MiB, 9.8 MiB/s`, empty while nothing is downloaded. */
  download: string;
  take(event: WorkEvent): void;
}

export function tally(now: () => number): Tally {
  const fresh = (): StageState => ({
    planned: 0,
    done: 0,
    running: new Map(),
    from: Number.POSITIVE_INFINITY,
    until: 0,
  });
  const states: Record<Stage, StageState> = {
    packages: fresh(),
    tools: fresh(),
    kernel: fresh(),
    livefs: fresh(),
    media: fresh(),
  };
  let firstByte: number | undefined;
  const sums: Tally = {
    states,
    download: '',
    take(event) {
      if (event.type === 'plan') {
        for (const [kind, count] of Object.entries(event.steps)) states[stageOf(kind)].planned += count;
      } else if (event.type === 'download') {
        firstByte ??= now();
        const seconds = Math.max(0.1, (now() - firstByte) / 1000);
        const rate = formatBytes(Math.round(event.bytes / seconds));
        sums.download = `${formatBytes(event.bytes)} of ${formatBytes(event.total)}, ${rate}/s, ${event.finished} of ${event.asked} packages`;
      } else if (event.type === 'step-start') {
        states[stageOf(event.kind)].running.set(event.id, event.title);
      } else if (event.type === 'step-note') {
        for (const { running } of Object.values(states))
          if (running.has(event.id)) running.set(event.id, `${event.title}: ${event.text}`);
      } else if (event.type === 'step-end') {
        const state = states[stageOf(event.kind)];
        state.running.delete(event.id);
        if (event.outcome === 'built') {
          state.done += 1;
          state.from = Math.min(state.from, event.startMs);
          state.until = Math.max(state.until, event.startMs + event.ms);
        }
      }
    },
  };
  return sums;
}

/** What a stage is doing, in one line. */
export function stageLine(stage: Stage, sums: Tally): string {
  const state = sums.states[stage];
  const count = state.planned === 0 ? '' : `${state.done} of ${state.planned}`;
  const now = [...state.running.values()].at(-1) ?? '';
  const download = stage === 'packages' && sums.download !== '' ? sums.download : '';
  return [count, download, now].filter((part) => part !== '').join(' · ');
}

export function stageSummary(stage: Stage, sums: Tally): string {
  const state = sums.states[stage];
  if (state.planned === 0) return `${stageTitles[stage]}: nothing to do`;
  const steps = state.done === 1 ? '1 step' : `${state.done} steps`;
  return `${stageTitles[stage]}: ${steps}, ${formatDuration(Math.max(0, state.until - state.from))}`;
}
