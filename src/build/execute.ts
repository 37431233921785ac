import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Monitor } from '../base/events.ts';
import type { Archive } from '../debian/fetch-archive.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { Artifact, StepContext, StepNode } from '../plan/types.ts';
import { recordedOf, slotName } from '../plan/why.ts';
import { unpackQueue } from '../steps/unpack.ts';
import { openKept } from '../store/kept.ts';
import type { Store, StoredArtifact } from '../store/store.ts';
import { run } from '../sys/run.ts';
import { openScratch, removeScratch } from '../sys/scratch.ts';
import { toolArgv } from '../sys/tools.ts';
import { semaphore } from './semaphore.ts';

export interface ExecuteOptions {
  readonly store: Store;
  /** Recipe name: its steps are remembered under it, to tell later why one would run again. */
  readonly recipe: string;
  readonly signal: AbortSignal;
  readonly monitor: Monitor;
  readonly fetch: (pkg: LockedPackage) => Promise<string>;
  readonly fetchArchive: (archive: Archive) => Promise<string>;
  /** Steps at once; default: the machine's processors and one more, since steps wait for their commands. */
  readonly jobs?: number;
}

/** A temporary folder made when a step first asks for it; most never do. */
interface LazyScratch extends Disposable {
  path(): string;
}

function lazyScratch(parent: string): LazyScratch {
  let made: string | undefined;
  return {
    path: () => (made ??= openScratch(parent)),
    [Symbol.dispose]: () => {
      if (made !== undefined) removeScratch(made);
    },
  };
}

function artifactOf(stored: StoredArtifact): Artifact {
  return { id: stored.id, dir: stored.dir, file: (name) => join(stored.dir, name) };
}

/** Makes the artifacts of `targets`: what is in the store is used, everything else runs, independent steps in parallel. */
export async function execute(targets: readonly StepNode[], options: ExecuteOptions): Promise<Artifact[]> {
  return Promise.all(targets.map(execution(options)));
}

/** What makes one artifact after the other, as `execute` does, for callers that need not wait for all of them. */
export function execution(options: ExecuteOptions): (target: StepNode) => Promise<Artifact> {
  const slots = semaphore(options.jobs ?? availableParallelism() + 1);
  const underway = new Map<string, Promise<Artifact>>();
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  // Every command listens for as long as it runs.
  setMaxListeners(0, signal);

  const unpack = unpackQueue((argv, more) => run(argv, { signal, monitor: options.monitor, ...more }));

  const remember = (node: StepNode): void => {
    if (node.slot !== '') options.store.remember(slotName(options.recipe, node), node.id);
  };

  const ensure = (node: StepNode): Promise<Artifact> => {
    const before = underway.get(node.id);
    if (before !== undefined) return before;
    const made = make(node).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
    underway.set(node.id, made);
    return made;
  };

  const make = async (node: StepNode): Promise<Artifact> => {
    const { id, kind, title } = node;
    const found = options.store.find(id);
    if (found !== undefined) {
      options.monitor({
        type: 'step-end',
        id,
        kind: kind.name,
        title,
        startMs: performance.now(),
        ms: 0,
        outcome: 'cached',
      });
      remember(node);
      return artifactOf(found);
    }
    const names = Object.keys(node.inputs);
    const tools = node.tools === undefined ? undefined : ensure(node.tools);
    const [, , ...inputs] = await Promise.all([
      node.kind.lateTools === true ? undefined : tools,
      node.kind.prepare?.({ fetch: options.fetch, monitor: options.monitor }, node.options),
      ...names.map((name) => ensure(node.inputs[name] as StepNode)),
    ]);
    const byName = Object.fromEntries(names.map((name, i) => [name, inputs[i] as Artifact]));
    const work = (): Promise<Artifact> => runStep(node, byName, tools);
    return node.kind.waits === true ? work() : slots(work);
  };

  const runStep = async (
    node: StepNode,
    inputs: Readonly<Record<string, Artifact>>,
    tools: Promise<Artifact> | undefined,
  ): Promise<Artifact> => {
    signal.throwIfAborted();
    const { id, kind, title } = node;
    const startMs = performance.now();
    options.monitor({ type: 'step-start', id, kind: kind.name, title });
    const end = (outcome: 'built' | 'failed'): void =>
      options.monitor({
        type: 'step-end',
        id,
        kind: kind.name,
        title,
        startMs,
        ms: performance.now() - startMs,
        outcome,
      });
    try {
      const stored = await options.store.make(id, title, recordedOf(node), async (out, warn) => {
        using scratch = lazyScratch(options.store.tmp);
        const context = contextFor(node, { inputs, tools, out, scratch, warn });
        if (kind.lateTools !== true) await context.toolsReady();
        await kind.run(context, node.options);
      });
      remember(node);
      end('built');
      return artifactOf(stored);
    } catch (error) {
      end('failed');
      throw error;
    }
  };

  const contextFor = (
    node: StepNode,
    given: Pick<StepContext, 'inputs' | 'out' | 'warn'> & {
      tools: Promise<Artifact> | undefined;
      scratch: LazyScratch;
    },
  ): StepContext => {
    let tools: Artifact | undefined;
    const root = (): string => {
      if (tools === undefined) throw new Error(`step ${node.title} has no tools, or did not wait for them`);
      return tools.dir;
    };
    return {
      id: node.id,
      inputs: given.inputs,
      files: node.files,
      out: given.out,
      get scratch() {
        return given.scratch.path();
      },
      epoch: node.epoch ?? 0,
      signal,
      monitor: options.monitor,
      progress: (bytes, total) => options.monitor({ type: 'step-progress', id: node.id, bytes, total }),
      warn: given.warn,
      async toolsReady() {
        tools = await given.tools;
      },
      toolFile: (path) => join(root(), path),
      tool: (path, ...args) => toolArgv(root(), path, args),
      say: (text) => options.monitor({ type: 'step-note', id: node.id, title: node.title, text }),
      fetch: options.fetch,
      fetchArchive: options.fetchArchive,
      kept: (key, title) => openKept(options.store.dir, key, title),
      make: ensure,
      unpack,
      run: (argv, more = {}) =>
        run(argv, {
          signal,
          monitor: options.monitor,
          ...more,
          env: { SOURCE_DATE_EPOCH: String(node.epoch ?? 0), ...more.env },
        }),
    };
  };

  return ensure;
}
