import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';

/** The command line tool as people run it. */
export const program = join(packageRoot(), 'dist', 'diskbios.js');

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

export interface CliSettings {
  readonly store: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Command and arguments that the tool is started by: `['setpriv', '--reuid=…']`. */
  readonly through?: readonly string[];
}

/** Starts the built command line tool. */
export function startCli(args: readonly string[], settings: CliSettings): CliProcess {
  const argv = [...(settings.through ?? []), process.execPath, program, ...args];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    cwd: settings.cwd,
    env: { ...process.env, CI: 'true', DISKBIOS_STORE: settings.store, ...settings.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString();
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

export function runCliProcess(args: readonly string[], settings: CliSettings): Promise<CliResult> {
  return startCli(args, settings).ended;
}

/** A folder with the shipped recipes in it, to be built and changed at will. */
export function recipeFolder(parent: string): string {
  const dir = mkdtempSync(join(parent, 'recipes-'));
  for (const name of readdirSync(join(packageRoot(), 'recipes'))) {
    if (name.endsWith('.yaml')) cpSync(join(packageRoot(), 'recipes', name), join(dir, name));
  }
  return dir;
}

/** A new store that has the downloads of another one, and nothing that was built. */
export function storeWithDownloads(parent: string, from: string): string {
  const dir = mkdtempSync(join(parent, 'store-'));
  const blobs = join('blobs', 'sha256');
  for (const prefix of readdirSync(join(from, blobs))) {
    mkdirSync(join(dir, blobs, prefix), { recursive: true });
    for (const name of readdirSync(join(from, blobs, prefix))) {
      linkSync(join(from, blobs, prefix, name), join(dir, blobs, prefix, name));
    }
  }
  return dir;
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

export function newFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `diskbios-${name}-`));
}

/** What lies in a store's folder for temporary files. */
export function leftovers(store: string): string[] {
  return existsSync(join(store, 'tmp')) ? readdirSync(join(store, 'tmp')) : [];
}

/** Command lines of living processes that name a text. */
export function processesNaming(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(text) ? [line] : [];
      } catch {
        return [];
      }
    });
}
