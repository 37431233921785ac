import type { Diagnostic } from './errors.ts';

/** What long work reports. The terminal, `--progress json` and `--timings` are listeners; library code never prints. */
export type WorkEvent =
  | {
      readonly type: 'plan';
      /** How many steps there are to run, by kind. */
      readonly steps: Readonly<Record<string, number>>;
    }
  | { readonly type: 'step-start'; readonly id: string; readonly kind: string; readonly title: string }
  | {
      readonly type: 'step-progress';
      readonly id: string;
      /** Bytes done so far. */
      readonly bytes: number;
      /** Bytes in all, where known. */
      readonly total?: number | undefined;
    }
  /** What a long step does now, in a few words. */
  | { readonly type: 'step-note'; readonly id: string; readonly title: string; readonly text: string }
  | {
      readonly type: 'step-end';
      readonly id: string;
      readonly kind: string;
      readonly title: string;
      readonly startMs: number;
      readonly ms: number;
      readonly outcome: 'built' | 'cached' | 'failed';
    }
  | {
      readonly type: 'download';
      /** What is being downloaded now. */
      readonly name: string;
      /** Bytes that have arrived so far, of all downloads of this build. */
      readonly bytes: number;
      /** Bytes of all downloads that were asked for so far. */
      readonly total: number;
      readonly finished: number;
      readonly asked: number;
    }
  /** Cases of boot tests that will be run, beside those told of before. */
  | { readonly type: 'cases'; readonly count: number }
  | { readonly type: 'case-start'; readonly id: string; readonly title: string }
  /** What a case does now. */
  | { readonly type: 'case-step'; readonly id: string; readonly title: string }
  | {
      readonly type: 'case-end';
      readonly id: string;
      readonly title: string;
      readonly outcome: 'passed' | 'failed' | 'not-run';
      readonly ms: number;
      /** Why it failed, in one line. */
      readonly reason: string | undefined;
    }
  | { readonly type: 'phase'; readonly text: string }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'warning'; readonly diagnostic: Diagnostic }
  | { readonly type: 'command'; readonly command: string; readonly ms?: number | undefined };

export type Monitor = (event: WorkEvent) => void;

/** A monitor that drops everything. */
export const silent: Monitor = () => undefined;
