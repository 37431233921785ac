import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, FailedError } from '../base/errors.ts';
import { digestOf } from '../base/json.ts';
import type { LockedPackage } from '../debian/package.ts';
import type { FileEntry } from '../formats/tree.ts';
import { makeEnv, unpackScript } from '../kernel/scripts.ts';
import type { StepContext, StepNode } from '../plan/types.ts';
import type { KeptFolder } from '../store/kept.ts';
import { start as startProcess } from '../sys/start.ts';
import { insideArgv, rootMeans } from '../sys/tools-root.ts';
import type { Toolchain } from './kernel-toolchain.ts';
import { packageArtifacts, packageInputs } from './package.ts';
import { fileReader } from './read-file.ts';
import { loadEntries } from './tree-file.ts';

/** Where a kernel's source is: a package of the lock, or an archive. */
export type SourceOrigin =
  | { readonly kind: 'package'; readonly package: LockedPackage }
  | { readonly kind: 'archive'; readonly url: string; readonly sha256: string };

const archiveFile = 'source';

/** What of a node says where source and toolchain are. */
export function workshopParts(
  source: SourceOrigin,
  toolchain: Toolchain,
): {
  inputs: Record<string, StepNode>;
  files: StepNode['files'];
  tools: StepNode | undefined;
  host: (Toolchain & { kind: 'host' }) | undefined;
} {
  return {
    inputs: source.kind === 'package' ? packageInputs([source.package]) : {},
    files:
      source.kind === 'archive'
        ? { [archiveFile]: { path: source.url, sha256: source.sha256, size: 0 } }
        : {},
    tools: toolchain.kind === 'pinned' ? toolchain.node : undefined,
    host: toolchain.kind === 'host' ? toolchain : undefined,
  };
}

/** A folder with unpacked source and objects of earlier builds, and the toolchain around it. */
export interface Workshop {
  /** Of the kept folder; the source is below `src`. */
  readonly dir: string;
  readonly kept: KeptFolder;
  /** Runs a script of src/kernel/scripts.ts; one at a time for each name of a lock. */
  run(script: string, how: WorkshopRun): Promise<void>;
}

export interface WorkshopRun {
  readonly args: readonly string[];
  readonly lock: string;
  readonly stdin?: Iterable<Uint8Array>;
  /** `$IN`. */
  readonly input?: string;
  readonly onLine?: (line: string) => void;
  /** It shares the person's terminal. */
  readonly terminal?: boolean;
}

/** Exit code for a lock that another process holds. */
const lockHeld = 75;

/** Opens the workshop for a step whose node has `workshopParts`; the source is unpacked where it is not yet. */
export async function openWorkshop(
  context: StepContext,
  versions: Readonly<Record<string, string>> | undefined,
): Promise<Workshop> {
  const tree = versions === undefined ? context.toolFile('.') : undefined;
  const means = tree === undefined ? undefined : await rootMeans();
  if (tree !== undefined && means === undefined)
    throw new FailedError('no-namespaces', 'this machine allows no user namespaces any more', {
      hint: 'run the build again: it takes the machine’s own compiler then',
    });
  const sourceId = context.files[archiveFile]?.sha256 ?? packageArtifacts(context.inputs)[0]?.artifact.id;
  const key = digestOf({
    source: sourceId ?? null,
    tools: tree === undefined ? (versions ?? null) : (tree.split('/').at(-1) ?? ''),
  });
  const kept = context.kept(key.slice(0, 32), 'source and objects of kernels');

  const start = async (
    script: string,
    { args, lock, stdin, input, onLine, terminal }: WorkshopRun,
  ): Promise<void> => {
    const out = context.out;
    const locked = (...more: string[]): string[] => ['flock', '--no-fork', ...more, kept.lock(lock)];
    const binds = [
      { from: kept.dir, to: '/work' },
      { from: out, to: '/out' },
      { from: input ?? out, to: '/in' },
    ];
    const mountpoint = join(context.scratch, 'root');
    mkdirSync(mountpoint, { recursive: true });
    const terminalEnv = terminal === true ? { TERM: process.env['TERM'] ?? 'linux' } : {};
    const command = ['sh', '-c', script, 'sh', ...args];
    const argv =
      tree === undefined || means === undefined
        ? command
        : insideArgv(
            means,
            {
              tree,
              mountpoint,
              binds,
              env: { ...makeEnv, ...terminalEnv, WORK: '/work', OUT: '/out', IN: '/in' },
            },
            command,
          );
    const env = tree === undefined ? { ...makeEnv, WORK: kept.dir, OUT: out, IN: input ?? out } : {};
    const taken = await context.run([...locked('--nonblock', '-E', String(lockHeld)), 'true'], {
      okCodes: [0, lockHeld],
    });
    if (taken.exitCode === lockHeld) context.say('waits for another build that uses the same source');
    if (terminal === true) {
      await startProcess([...locked(), ...argv], { env, terminal }).ended;
      return;
    }
    let rest = '';
    await context.run([...locked(), ...argv], {
      env,
      ...(stdin === undefined ? {} : { stdin }),
      stdout: (chunk) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine?.(line);
      },
    });
  };

  const workshop: Workshop = { dir: kept.dir, kept, run: start };
  await unpackSource(context, workshop);
  return workshop;
}

async function unpackSource(context: StepContext, workshop: Workshop): Promise<void> {
  if (existsSync(join(workshop.dir, 'src'))) return;
  context.say('unpacks the source');
  using reader = fileReader();
  const archive = await sourceArchive(context);
  const head = Buffer.alloc(6);
  reader.fill(archive.file, archive.offset, head.subarray(0, Math.min(6, archive.size)));
  try {
    await workshop.run(unpackScript, {
      args: [decompressor(head)],
      lock: 'source',
      stdin: pieces(archive),
    });
  } catch (error) {
    if (error instanceof CommandError && !context.signal.aborted)
      throw new FailedError(
        'bad-archive',
        `the source of the kernel cannot be unpacked: ${error.lastLines.split('\n').at(-1) ?? ''}`,
        { cause: error },
      );
    throw error;
  }
}

interface Part {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** The archive of the source: by itself, or in the package that brings it. */
async function sourceArchive(context: StepContext): Promise<Part> {
  const archive = context.files[archiveFile];
  if (archive !== undefined) {
    const file = await context.fetchArchive({
      name: archive.path.slice(archive.path.lastIndexOf('/') + 1),
      url: archive.path,
      sha256: archive.sha256,
    });
    return { file, offset: 0, size: statSync(file).size };
  }
  const [found] = packageArtifacts(context.inputs);
  const entry = (found === undefined ? [] : loadEntries(found.artifact.file('tree.json'))).find(
    (one): one is FileEntry => one.type === 'file' && /^usr\/src\/[^/]+\.tar(\.\w+)?$/.test(one.path),
  );
  if (entry === undefined || !('file' in entry.content))
    throw new FailedError('no-source', `the package ${found?.name ?? ''} holds no source below /usr/src`, {
      hint: 'name a package such as linux-source-6.12 in `kernel.source`',
    });
  return { file: entry.content.file, offset: entry.content.offset, size: entry.size };
}

function decompressor(head: Buffer): string {
  const hex = head.toString('hex');
  if (hex.startsWith('fd377a585a00')) return 'xz -dc -T0';
  if (hex.startsWith('28b52ffd')) return 'zstd -dcq';
  return hex.startsWith('1f8b') ? 'gzip -dc' : '';
}

function* pieces({ file, offset, size }: Part): Generator<Uint8Array> {
  const fd = openSync(file, 'r');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  try {
    for (let done = 0; done < size; ) {
      const got = readSync(fd, buffer, 0, Math.min(buffer.length, size - done), offset + done);
      if (got === 0) return;
      done += got;
      yield buffer.subarray(0, got);
    }
  } finally {
    closeSync(fd);
  }
}
