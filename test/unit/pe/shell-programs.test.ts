import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { programFunctions } from '../../../src/pe/lib/shell-programs.ts';
import { run } from '../../../src/sys/run.ts';

test('the first program of a name counts; built-in commands and names that no function can have are left alone', () => {
  const paths = ['/usr/sbin/ip', '/usr/bin/ip', '/usr/bin/echo', '/usr/bin/run-parts', '/usr/bin/['];
  expect(programFunctions(paths)).toBe('ip() { /usr/sbin/ip "$@"; }\n');
});

test("busybox's shell runs the program instead of its applet, with its arguments and exit code", async () => {
  const dir = mkdtempSync(join(tmpdir(), 'programs-'));
  try {
    const program = join(dir, 'ip');
    writeFileSync(program, '#!/bin/sh\necho "mine: $2"\nexit 7\n', { mode: 0o755 });
    const script = (functions: string): string => `PATH=${dir}:$PATH\n${functions}ip -j 'a  b'`;
    const shell = ['busybox', 'sh', '-c'];
    const mine = await run([...shell, script(programFunctions([program]))], { okCodes: [7] });
    expect(mine).toMatchObject({ stdout: 'mine: a  b\n', exitCode: 7 });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
