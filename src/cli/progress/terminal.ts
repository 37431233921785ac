import { Listr, type ListrTask } from 'listr2';
import type { WorkEvent } from '../../base/events.ts';
import { type CaseTally, caseTally } from './cases.ts';
import { stageLine, stageSummary, stages, stageTitles, tally } from './stages.ts';

/** Progress on a terminal: one line per stage with what is being done, bytes and rate; one line per boot test that runs. */
export function terminalProgress(options: { readonly tests?: boolean; readonly kernel?: boolean }): {
  take(event: WorkEvent): void;
  finish(failed: boolean): Promise<void>;
} {
  const sums = tally(() => performance.now());
  const cases = caseTally(() => performance.now());
  let settle: (failed: boolean) => void = () => undefined;
  const ended = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const list = new Listr(
    [
      ...stages.map(
        (stage): ListrTask => ({
          // Most recipes build none.
          ...(stage === 'kernel' ? { enabled: () => options.kernel === true } : {}),
          title: stageTitles[stage],
          task: async (_context, task) => {
            const timer = setInterval(() => {
              task.output = stageLine(stage, sums);
              const { planned, done, running } = sums.states[stage];
              if (planned > 0 && done >= planned && running.size === 0)
                task.title = stageSummary(stage, sums);
            }, 100);
            const failed = await ended;
            clearInterval(timer);
            const { planned, done } = sums.states[stage];
            if (failed && done < planned) throw new Error(`${stageTitles[stage]}: not finished`);
            task.title = stageSummary(stage, sums);
          },
        }),
      ),
      ...(options.tests === true ? [casesTask(cases, ended)] : []),
    ],
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: false },
    },
  );
  const shown = list.run().catch(() => undefined);
  return {
    take: (event) => {
      sums.take(event);
      cases.take(event);
    },
    async finish(failed) {
      settle(failed);
      await shown;
    },
  };
}

function casesTask(cases: CaseTally, ended: Promise<boolean>): ListrTask {
  return {
    title: 'Boot the images',
    rendererOptions: { formatOutput: 'truncate' },
    task: async (_context, task) => {
      const show = (): void => {
        if (cases.any) task.title = cases.title();
        task.output = cases.running().join('\n');
      };
      const timer = setInterval(show, 100);
      const failed = await ended;
      clearInterval(timer);
      show();
      if (failed || cases.failed > 0) throw new Error('Boot the images: not all passed');
    },
  };
}
