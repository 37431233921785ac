import { setMaxListeners } from 'node:events';
import { relative } from 'node:path';
import type { AcceleratorKind } from '../boot/spec.ts';
import type { BuildOptions } from '../build/build.ts';
import type { BootMediumKind } from '../recipe/types.ts';
import { notWritable, writeWhole } from '../store/files.ts';
import { withScratch } from '../sys/scratch.ts';
import { type Artifacts, openArtifacts } from './artifacts.ts';
import { type CaseSurroundings, notRun, runCase } from './case.ts';
import { loadOf } from './case-machines.ts';
import { type ProofCase, testedMedia } from './cases.ts';
import { freeMemory, type Host, hostWith, patienceOf, processors } from './host.ts';
import { junitReports } from './report/junit.ts';
import { writeReports } from './report/write.ts';
import type { CaseResult, ProofImage, ProofReport } from './result.ts';
import { type Capacity, defaultJobs, type Scheduler, scheduler, usable } from './schedule.ts';
import { sshAccess } from './ssh-access.ts';
import type { Prepared, Subject } from './subject.ts';

/** What is to be proven, and where its report goes. */
export interface Task {
  readonly subject: Subject;
  readonly cases: readonly ProofCase[];
  /** Folder for the artifacts, absolute; replaced as a whole. */
  readonly place: string;
}

export interface ProofOptions extends BuildOptions {
  readonly accel: AcceleratorKind | 'auto';
  /** Guests at once; `undefined`: as the machine allows. */
  readonly guests: number | undefined;
  /** Stop at the first case that fails. */
  readonly bail: boolean;
  readonly keep: boolean;
  /** A private key that the images let in by themselves. */
  readonly sshKey: string | undefined;
  /** File for the JUnit report of all subjects, beside those in their folders. */
  readonly junit: string | undefined;
  /** Folder that reports name files relative to. */
  readonly cwd: string;
}

/**
 * Builds what must be built, runs all cases, as many at once as the machine holds, and writes a report for each subject. The
 * first guests start as soon as their image is there. When stopped, the cases that were not finished are `not-run`, and the
 * reports are written all the same. Throws where something cannot be built or QEMU cannot run.
 */
export async function prove(tasks: readonly Task[], options: ProofOptions): Promise<ProofReport[]> {
  const bail = new AbortController();
  const signal = AbortSignal.any([options.signal, bail.signal]);
  // Every machine and every command for one listens.
  setMaxListeners(0, signal);
  const cases = tasks.flatMap((task) => task.cases);
  options.monitor({ type: 'cases', count: cases.length });
  const capacity = capacityFor(cases, options.guests);
  const run: Run = {
    options: { ...options, signal },
    capacity,
    pool: scheduler(capacity, signal),
    failed: () => {
      if (options.bail) bail.abort();
    },
    hosts: new Map(),
  };
  const reports: Promise<ProofReport>[] = [];
  let broken: { readonly error: unknown } | undefined;
  try {
    for (const task of tasks) {
      const media = testedMedia(task.cases);
      const prepared = await task.subject.prepare(media, { ...run.options, media });
      const report = proveOne(task, prepared, run);
      // It is heard of below; until then it is no crash.
      report.catch(() => undefined);
      reports.push(report);
      // Builds come one after the other; guests run meanwhile.
      await Promise.all([prepared.qemu, ...Object.values(prepared.images)]);
    }
  } catch (error) {
    if (!bail.signal.aborted) broken = { error };
  }
  // What runs already is brought to an end and reported, whatever became of the others.
  const settled = await Promise.allSettled(reports);
  const written = settled.flatMap((one, n) => (one.status === 'fulfilled' ? [{ report: one.value, n }] : []));
  // Whose turn never came is told of as well.
  const skipped = bail.signal.aborted ? await reportSkipped(tasks.slice(settled.length), run) : [];
  const done = [...written, ...skipped.map((report, i) => ({ report, n: settled.length + i }))].map(
    ({ report, n }) => ({ report, artifacts: shortPath(tasks[n]?.place ?? '', options.cwd) }),
  );
  if (options.junit !== undefined && done.length > 0) writeJunit(options.junit, done);
  const failed = settled.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.error;
  if (failed !== undefined) throw failed.reason;
  return done.map(({ report }) => report);
}

function writeJunit(file: string, reports: Parameters<typeof junitReports>[0]): void {
  try {
    writeWhole(file, junitReports(reports));
  } catch (error) {
    throw notWritable(error, file);
  }
}

/** What the subjects of a run share. */
interface Run {
  readonly options: ProofOptions;
  readonly capacity: Capacity;
  readonly pool: Scheduler<CaseResult>;
  readonly failed: () => void;
  /** By the folder of their QEMU. */
  readonly hosts: Map<string, Promise<Host>>;
}

function capacityFor(cases: readonly ProofCase[], guests: number | undefined): Capacity {
  const free = freeMemory();
  const largestGuest = Math.max(
    0,
    ...cases.map((one) => loadOf(one).memory / Math.max(1, loadOf(one).guests)),
  );
  return {
    guests: guests ?? defaultJobs({ processors: processors(), freeMemory: free, largestGuest }),
    memory: usable(free),
  };
}

async function proveOne(task: Task, prepared: Prepared, run: Run): Promise<ProofReport> {
  const { options } = run;
  const host = await hostFor(await prepared.qemu, run);
  const artifacts = openArtifacts(task.place);
  try {
    return await withScratch(options.store.tmp, async (dir) => {
      const images = new Map<BootMediumKind, ProofImage>();
      const ssh = sshAccess(host.tools, dir, options.sshKey);
      const around = surroundings(task, { host, artifacts, ssh }, options);
      const started = new Date();
      const results = task.cases.map(async (one) => {
        const image = await prepared.images[one.medium.kind];
        if (image === undefined) throw new Error(`no image of ${one.medium.kind} was made`);
        images.set(image.medium, image);
        const result = await run.pool.add({
          load: loadOf(one),
          run: (running) => runCase(one, image, patienceOf(host, running), around),
        });
        if (result?.outcome === 'failed') run.failed();
        return result ?? notRun(one);
      });
      const report = reportOf(task, { host, run, started, cases: await Promise.all(results) }, [
        ...images.values(),
      ]);
      writeReports(report, { dir: artifacts.dir, shownAs: shortPath(artifacts.place, options.cwd) });
      artifacts.publish();
      return report;
    });
  } finally {
    artifacts.discard();
  }
}

/** Reports of subjects that were not even built when the first case failed; there is a host by then. */
async function reportSkipped(tasks: readonly Task[], run: Run): Promise<ProofReport[]> {
  const host = await [...run.hosts.values()][0];
  if (host === undefined) return [];
  return tasks.map((task) => {
    const artifacts = openArtifacts(task.place);
    try {
      const cases = task.cases.map((one) => notRun(one));
      const report = reportOf(task, { host, run, started: new Date(), cases }, []);
      writeReports(report, { dir: artifacts.dir, shownAs: shortPath(artifacts.place, run.options.cwd) });
      artifacts.publish();
      return report;
    } finally {
      artifacts.discard();
    }
  });
}

function hostFor(dir: string, { hosts, options }: Run): Promise<Host> {
  const known = hosts.get(dir);
  if (known !== undefined) return known;
  const host = hostWith(dir, options.accel, options).then((found) => {
    const { accelerator, qemu } = found;
    const kind = accelerator.kind.toUpperCase();
    options.monitor({ type: 'note', text: `${qemu} with ${kind} (${accelerator.reason})` });
    return found;
  });
  hosts.set(dir, host);
  return host;
}

function surroundings(
  { subject }: Task,
  parts: { readonly host: Host; readonly artifacts: Artifacts; readonly ssh: CaseSurroundings['ssh'] },
  { cwd, keep, monitor, signal }: ProofOptions,
): CaseSurroundings {
  const { host, artifacts, ssh } = parts;
  return {
    ...{ tools: host.tools, accelerator: host.accelerator, artifacts, ssh, keep, monitor, signal },
    place: (path) => {
      const found = subject.place?.(path);
      return found === undefined ? undefined : `${shortPath(found.file, cwd)}:${found.line}:${found.column}`;
    },
  };
}

function shortPath(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short.startsWith('..') ? file : short;
}

function reportOf(
  { subject }: Task,
  facts: {
    readonly host: Host;
    readonly run: Run;
    readonly started: Date;
    readonly cases: readonly CaseResult[];
  },
  images: readonly ProofImage[],
): ProofReport {
  const { host, run, started, cases } = facts;
  const { kind, reason, probeMs, patience } = host.accelerator;
  return {
    format: 1,
    name: subject.name,
    version: subject.version,
    images: images.map((image) => ({ ...image, file: shortPath(image.file, run.options.cwd) })),
    started: started.toISOString(),
    durationMs: Date.now() - started.getTime(),
    machine: {
      ...{ accelerator: kind, reason, probeMs, patience, qemu: host.qemu },
      processors: processors(),
      jobs: run.capacity.guests,
    },
    cases,
  };
}
