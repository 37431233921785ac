import type { Monitor } from '../../base/events.ts';
import { formatBytes } from '../../base/sizes.ts';
import type { CliIo } from '../io.ts';
import type { ProgressOptions } from '../progress/progress.ts';

/** `write …: 12.0 MiB of 60.1 MiB, 9.8 MiB/s, 5 s left`. @param ms since the step began */
export function rateLine(title: string, bytes: number, total: number, ms: number): string {
  const perSecond = bytes / Math.max(0.001, ms / 1000);
  const known = ms >= 1000 && bytes > 0;
  const left = known
    ? [`${formatBytes(Math.round(perSecond))}/s`, timeLeft((total - bytes) / perSecond)]
    : [];
  return [`${title}: ${formatBytes(bytes)} of ${formatBytes(total)}`, ...left].join(', ');
}

function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 90 ? `${whole} s left` : `${Math.ceil(whole / 60)} min left`;
}

/** Milliseconds between two lines: for a person's eyes, and for a log. */
const every = { terminal: 100, json: 250 } as const;

/** Shows the steps of a flash on standard error: one moving line on a terminal, else a line at each end. */
export async function showRate(
  io: CliIo,
  options: ProgressOptions,
): Promise<{ readonly monitor: Monitor; readonly finish: () => Promise<void> }> {
  const { showProgress } = await import('../progress/progress.ts');
  const moving = options.mode === 'auto' && io.errIsTty && !options.verbose && io.env['CI'] === undefined;
  const plain = await showProgress(io, { ...options, mode: moving ? 'plain' : options.mode });
  let step = { title: '', startMs: 0 };
  let shown = 0;
  let isOpen = false;
  const wipe = (): void => {
    if (isOpen) io.err('\r\x1b[K');
    isOpen = false;
  };
  return {
    monitor(event) {
      const now = performance.now();
      if (event.type === 'step-start') step = { title: event.title, startMs: now };
      if (event.type !== 'step-progress') {
        wipe();
        plain.monitor(event);
        return;
      }
      const isLast = event.bytes === event.total;
      if (now - shown < (moving ? every.terminal : every.json) && !isLast) return;
      shown = now;
      if (!moving) plain.monitor(event);
      else {
        const line = rateLine(step.title, event.bytes, event.total ?? event.bytes, now - step.startMs);
        io.err(`\r\x1b[K${line}`);
        isOpen = true;
      }
    },
    async finish() {
      wipe();
      await plain.finish(false);
    },
  };
}
