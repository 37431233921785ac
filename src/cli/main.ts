#!/usr/bin/env node
import { killAll } from '../sys/children.ts';
import { removeAllScratch } from '../sys/scratch.ts';
import type { CliIo } from './io.ts';
import { runCli } from './program.ts';

/** Exit code of a process that Ctrl-C ended, as shells count it. */
const interruptedCode = 130;

function wantsColour(env: NodeJS.ProcessEnv, isTty: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return isTty && env['TERM'] !== 'dumb';
}

/** Nothing of ours outlives us: child processes are ended, temporary folders removed. */
function leave(code: number): never {
  killAll();
  removeAllScratch();
  process.exit(code);
}

const interrupted = new AbortController();
let signals = 0;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    signals += 1;
    interrupted.abort();
    // Steps end by themselves when aborted; who presses twice, or waits too long, is not made to wait for them.
    if (signals > 1) leave(interruptedCode);
    setTimeout(() => leave(interruptedCode), 1500).unref();
  });
}

// A reader that goes away (`| head`) is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') leave(0);
    throw error;
  });
}

const errIsTty = process.stderr.isTTY;
const io: CliIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  outIsTty: process.stdout.isTTY,
  errIsTty,
  colour: wantsColour(process.env, errIsTty),
  signal: interrupted.signal,
};

const code = await runCli(process.argv.slice(2), io);
process.exitCode = interrupted.signal.aborted ? interruptedCode : code;
// Sockets kept alive for further downloads must not hold the process.
if (process.stdout.writableLength === 0) leave(process.exitCode);
process.stdout.once('drain', () => leave(Number(process.exitCode)));
