import { relative } from 'node:path';
import { InterruptedError } from '../../base/errors.ts';
import { caseName } from '../../proof/cases.ts';
import { prove, type Task } from '../../proof/proof.ts';
import { jsonReport } from '../../proof/report/json.ts';
import { countOutcomes, plural } from '../../proof/report/summary.ts';
import { terminalSummary } from '../../proof/report/terminal.ts';
import { reportFiles } from '../../proof/report/write.ts';
import type { ProofReport } from '../../proof/result.ts';
import { storeDir } from '../../store/paths.ts';
import { openStore } from '../../store/store.ts';
import type { CliIo } from '../io.ts';
import { progressOptions } from '../options.ts';
import { showProgress } from '../progress/progress.ts';
import { oneDiagnostic } from '../report.ts';
import { type TestFlags, testWish } from './flags.ts';
import { tasksOf } from './tasks.ts';

/** The command `test`: sets the exit code to 1 where a case failed. */
export async function runTests(what: readonly string[], flags: TestFlags, io: CliIo): Promise<void> {
  const wish = testWish(what, flags, io.cwd);
  const { tasks, warnings } = await tasksOf(wish, flags, io);
  for (const warning of warnings) io.err(oneDiagnostic(warning, 'warning', io.colour, io.cwd));
  if (flags.list === true) {
    listCases(tasks, flags, io);
    return;
  }
  const progress = await showProgress(io, { ...progressOptions(flags), tests: true });
  let reports: readonly ProofReport[] = [];
  let failed = true;
  try {
    reports = await prove(tasks, {
      ...{ store: openStore(storeDir(io.env)), env: io.env, signal: io.signal, monitor: progress.monitor },
      ...{ locked: flags.locked === true, mirror: flags.mirror, cwd: io.cwd },
      ...{ accel: wish.accel, guests: wish.jobs, sshKey: wish.sshKey, junit: wish.junit },
      ...{ bail: flags.bail === true, keep: flags.keep === true },
    });
    failed = reports.some(({ cases }) => cases.some(({ outcome }) => outcome === 'failed'));
  } catch (error) {
    throw io.signal.aborted ? new InterruptedError() : error;
  } finally {
    await progress.finish(failed);
  }
  tell(tasks, reports, flags, io);
  if (failed) process.exitCode = 1;
}

function tell(tasks: readonly Task[], reports: readonly ProofReport[], flags: TestFlags, io: CliIo): void {
  // Where a program reads the report, the person reads the messages.
  const say = flags.json === true ? io.err : io.out;
  if (flags.json === true) io.out(`[${reports.map((report) => jsonReport(report).trimEnd()).join(',\n')}]\n`);
  reports.forEach((report, n) => {
    const folder = relative(io.cwd, tasks[n]?.place ?? '');
    const { machine, name } = report;
    const kind = machine.accelerator.toUpperCase();
    io.err(
      `\n${name}: ${machine.qemu} with ${kind} (${machine.reason}), ${plural(machine.jobs, 'machine')} at once\n`,
    );
    io.err(`report: ${folder}/${reportFiles.html}\n`);
    say(terminalSummary(report, { colour: io.colour, artifacts: folder }));
  });
  if (reports.length < 2) return;
  const { passed, failed, notRun } = countOutcomes(reports.flatMap(({ cases }) => cases));
  say(`\nall together${notRun > 0 ? `, ${notRun} not run` : ''}:\n${passed} passed, ${failed} failed\n`);
}

function listCases(tasks: readonly Task[], flags: TestFlags, io: CliIo): void {
  if (flags.json === true) {
    const list = tasks.flatMap(({ subject, cases }) =>
      cases.map((one) => ({
        ...{ subject: subject.name, id: one.id, test: one.test.name, title: one.title },
        ...{ medium: one.medium, firmware: one.firmware, memory: one.memory, cpus: one.cpus },
        repetition: one.repetition,
      })),
    );
    io.out(`${JSON.stringify(list, null, 2)}\n`);
    return;
  }
  for (const { subject, cases } of tasks) {
    if (tasks.length > 1) io.out(`${subject.name}:\n`);
    for (const one of cases) io.out(`${tasks.length > 1 ? '  ' : ''}${caseName(one)}\n`);
  }
}
