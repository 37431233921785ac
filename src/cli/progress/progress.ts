import type { Monitor, WorkEvent } from '../../base/events.ts';
import { formatDuration } from '../../base/sizes.ts';
import type { CliIo } from '../io.ts';
import { oneDiagnostic } from '../report.ts';
import { caseEndLine } from './cases.ts';

export interface Progress {
  readonly monitor: Monitor;
  /** Ends the display; to be called whatever happened. */
  finish(failed: boolean): Promise<void>;
  /** Every `step-end`, for `--timings`. */
  readonly ended: Extract<WorkEvent, { type: 'step-end' }>[];
}

export interface ProgressOptions {
  /** `--progress`: `auto` is a moving display on a terminal, else plain lines. */
  readonly mode: 'auto' | 'plain' | 'json' | 'none';
  /** `--verbose`: each process as a line that can be pasted. */
  readonly verbose: boolean;
  /** A kernel is built as well. */
  readonly kernel?: boolean;
  /** Boot tests are shown as well. */
  readonly tests?: boolean;
}

function plainLine(event: WorkEvent): string | undefined {
  if (event.type === 'phase' || event.type === 'note') return `${event.text}\n`;
  if (event.type === 'case-end') return caseEndLine(event);
  // Packages come by the hundred; who wants each of them asks with --progress json.
  if (event.type !== 'step-end' || event.outcome !== 'built' || event.kind === 'package') return undefined;
  return `${formatDuration(event.ms).padStart(9)}  ${event.title}\n`;
}

const noteEvery = 20_000;

/** What long steps do now, each step at most every twenty seconds. */
function rareNotes(now: () => number): (event: WorkEvent) => string | undefined {
  const told = new Map<string, number>();
  return (event) => {
    if (event.type === 'step-start') told.set(event.id, now());
    if (event.type !== 'step-note' || now() - (told.get(event.id) ?? 0) < noteEvery) return undefined;
    told.set(event.id, now());
    return `${''.padStart(9)}  ${event.title}: ${event.text}\n`;
  };
}

/** The display of long work on standard error, as the person or script asked for. */
export async function showProgress(io: CliIo, options: ProgressOptions): Promise<Progress> {
  const ended: Progress['ended'] = [];
  const moving = options.mode === 'auto' && io.errIsTty && !options.verbose && io.env['CI'] === undefined;
  const terminal = moving ? (await import('./terminal.ts')).terminalProgress(options) : undefined;
  const later: string[] = [];
  const say = (text: string): void => {
    if (terminal === undefined) io.err(text);
    else later.push(text);
  };
  const notes = rareNotes(() => performance.now());
  const monitor: Monitor = (event) => {
    if (event.type === 'step-end') ended.push(event);
    if (options.mode === 'json') {
      io.err(`${JSON.stringify(event)}\n`);
      return;
    }
    terminal?.take(event);
    if (event.type === 'command' && options.verbose) say(`+ ${event.command}\n`);
    else if (event.type === 'warning') say(oneDiagnostic(event.diagnostic, 'warning', io.colour));
    else if (terminal === undefined && options.mode !== 'none') {
      const line = plainLine(event) ?? notes(event);
      if (line !== undefined) say(line);
    }
  };
  return {
    monitor,
    ended,
    async finish(failed) {
      await terminal?.finish(failed);
      for (const text of later.splice(0)) io.err(text);
    },
  };
}
