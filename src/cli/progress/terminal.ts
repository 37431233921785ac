import { Listr } from 'listr2';
import type { WorkEvent } from '../../base/events.ts';
import { stageLine, stageSummary, stages, stageTitles, tally } from './stages.ts';

/** Progress on a terminal: one line per stage with what is being done, bytes and rate. */
export function terminalProgress(): { take(event: WorkEvent): void; finish(failed: boolean): Promise<void> } {
  const sums = tally(() => performance.now());
  let settle: (failed: boolean) => void = () => undefined;
  const ended = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const list = new Listr(
    stages.map((stage) => ({
      title: stageTitles[stage],
      task: async (_context, task) => {
        const timer = setInterval(() => {
          task.output = stageLine(stage, sums);
          const { planned, done, running } = sums.states[stage];
          if (planned > 0 && done >= planned && running.size === 0) task.title = stageSummary(stage, sums);
        }, 100);
        const failed = await ended;
        clearInterval(timer);
        const { planned, done } = sums.states[stage];
        if (failed && done < planned) throw new Error(`${stageTitles[stage]}: not finished`);
        task.title = stageSummary(stage, sums);
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: false },
    },
  );
  const shown = list.run().catch(() => undefined);
  return {
    take: (event) => sums.take(event),
    async finish(failed) {
      settle(failed);
      await shown;
    },
  };
}
