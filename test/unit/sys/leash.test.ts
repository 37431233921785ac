import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { leash } from '../../../src/sys/leash.ts';
import { start } from '../../../src/sys/start.ts';

/** A program that says its process's number and stays. */
const stays = ['sh', '-c', 'echo "pid $$" >&2; exec sleep 600'];

function isThere(pid: number): boolean {
  try {
    // A process that has ended and was not waited for is a zombie.
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function isGone(pid: number): Promise<void> {
  await expect.poll(() => isThere(pid), { timeout: 60_000 }).toBe(false);
}

/** Starts it on a leash, by a process of ours that can be killed; gives both numbers. */
async function leashed(): Promise<{ owner: number; pid: number; ended: Promise<unknown> }> {
  const own = `
    const { spawn } = require('node:child_process');
    const child = spawn('sh', process.argv.slice(1), { stdio: ['pipe', 'ignore', 'inherit'] });
    child.on('exit', () => process.exit());
  `;
  const owner = spawn(process.execPath, ['-e', own, '--', '-c', leash, 'leash', ...stays], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => owner.on('exit', resolve));
  const pid = await new Promise<number>((resolve) => {
    let text = '';
    owner.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /pid (\d+)\n/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
  return { owner: owner.pid!, pid, ended };
}

test('a program on a leash ends with us, also when we are killed', async () => {
  const { owner, pid, ended } = await leashed();
  expect(isThere(pid)).toBe(true);
  process.kill(owner, 'SIGKILL');
  await ended;
  await isGone(pid);
}, 120_000);

test('it stays as long as we are there, ends when it is told to, and its exit code is ours', async () => {
  let tell: (pid: number) => void;
  const said = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const running = start(stays, {
    leashed: true,
    stderr: (text) => tell(Number(/pid (\d+)/.exec(text)?.[1])),
  });
  const pid = await said;
  expect(isThere(pid)).toBe(true);
  running.kill();
  expect(await running.ended).toMatchObject({ killed: true });
  await isGone(pid);

  const failed = await start(['sh', '-c', 'echo why >&2; exit 7'], { leashed: true }).ended;
  expect(failed).toMatchObject({ exitCode: 7, stderr: 'why\n', killed: false });
}, 120_000);
