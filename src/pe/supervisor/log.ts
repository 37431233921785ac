import { closeFd, exists, makePipe, spawn, writeFd } from '../host.ts';

const keep = 500;
const waiting: string[] = [];
let logger: number | undefined;

/** Starts the one program that hands our lines to syslog, as soon as there is a syslog. */
function connect(): void {
  if (!exists('/dev/log')) return;
  const pipe = makePipe();
  if (pipe === undefined) return;
  const pid = spawn(['/usr/bin/busybox', 'logger', '-t', 'diskbios'], { stdin: pipe.read }, () => {
    closeFd(pipe.write);
    logger = undefined;
  });
  closeFd(pipe.read);
  if (pid > 0) logger = pipe.write;
  else closeFd(pipe.write);
}

/** Hands what has gathered to syslog. Called after the boot's busy part, since it may start a process. */
export function flushLog(): void {
  if (waiting.length === 0) return;
  if (logger === undefined) connect();
  if (logger !== undefined && writeFd(logger, `${waiting.join('\n')}\n`)) waiting.length = 0;
}

/** A line for syslog; kept while there is none yet. */
export function log(line: string): void {
  if (waiting.length < keep) waiting.push(line);
  if (logger !== undefined) flushLog();
}
