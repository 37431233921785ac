import { describe, expect, test } from 'vitest';
import {
  CommandError,
  type Diagnostic,
  FailedError,
  InterruptedError,
  MissingError,
  UserError,
} from '../../../src/base/errors.ts';
import { exitCodeOf, oneDiagnostic, reportError } from '../../../src/cli/report.ts';

const plain = { colour: false, cwd: '/here' };

function at(text: string, column: number, length: number): Diagnostic {
  return { code: 'x', message: 'wrong', place: { file: '/here/a.yaml', line: 12, column, length, text } };
}

describe('report', () => {
  test('carets stand below the place, with tabs and wide characters before it', () => {
    expect(reportError(new UserError(at('\t名前: [箱]', 6, 1)), plain)).toBe(
      'a.yaml:12:6: error: wrong\n  12 |     名前: [箱]\n     |           ^\n',
    );
    expect(oneDiagnostic(at('\t名前: [箱]', 7, 1), 'warning', false, '/here')).toBe(
      'a.yaml:12:7: warning: wrong\n  12 |     名前: [箱]\n     |            ^^\n',
    );
  });

  test('a long line is cut around the place', () => {
    const text = `${'a'.repeat(500)}HERE${'b'.repeat(500)}`;
    const [, line = '', carets = ''] = reportError(new UserError(at(text, 501, 4)), plain).split('\n');
    expect(line.length).toBeLessThan(120);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
  });

  test('control characters do not reach the terminal', () => {
    expect(reportError(new UserError(at('a\u001b[31mb', 1, 1)), plain)).not.toContain('\u001b');
  });

  test('colour only where it is wanted', () => {
    const error = new UserError(at('abc', 1, 1));
    expect(reportError(error, { colour: true })).toContain('\u001b[');
    expect(reportError(error, { colour: false })).not.toContain('\u001b[');
  });

  test('several mistakes end with their number', () => {
    expect(reportError(new UserError([at('a', 1, 1), at('b', 1, 1)]), plain)).toMatch(/\n\n2 mistakes\n$/);
  });

  test('something missing comes with the command that installs it', () => {
    expect(
      reportError(new MissingError('xz is not on this machine', 'sudo apt-get install xz-utils'), plain),
    ).toBe('error: xz is not on this machine\n  install it with: sudo apt-get install xz-utils\n');
  });

  test('a command comes with its last lines and as a line to paste', () => {
    const error = new CommandError("mkfs.x 'a b'", { exitCode: 4, lastLines: 'no space\nsorry' });
    expect(reportError(error, plain)).toBe(
      "error: mkfs.x failed (exit code 4)\n  its last lines:\n  | no space\n  | sorry\n  to run it by hand:\n  mkfs.x 'a b'\n",
    );
  });

  test('a failure comes with its reason and hint, without a stack', () => {
    const error = new FailedError('no-mirror', 'the mirror does not answer', {
      hint: 'try another',
      cause: new Error('timeout'),
    });
    expect(reportError(error, plain)).toBe(
      'error: the mirror does not answer\n  because: timeout\n  hint: try another\n',
    );
  });

  test('what the operating system refuses is no bug', () => {
    const error = Object.assign(new Error('ENOSPC: …'), {
      code: 'ENOSPC',
      syscall: 'write',
      path: '/out/x.iso',
    });
    expect(reportError(error, plain)).toBe(
      'error: no space left on the disk: /out/x.iso\n  (write: ENOSPC)\n',
    );
  });

  test('a bug shows its stack and asks for a report', () => {
    const text = reportError(new TypeError('x is not a function'), plain);
    expect(text).toContain('diskbios itself has a mistake');
    expect(text).toContain('report.test.ts');
    expect(text).toContain(process.version);
  });

  test('exit codes', () => {
    const codes = [
      new UserError(at('a', 1, 1)),
      new MissingError('a', 'b'),
      new FailedError('a', 'b'),
      new InterruptedError(),
      new Error('a'),
    ];
    expect(codes.map(exitCodeOf)).toEqual([2, 3, 1, 130, 1]);
  });
});
