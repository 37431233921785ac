import { expect, test } from 'vitest';
import { CommandError, FailedError } from '../../../src/base/errors.ts';
import { BootError } from '../../../src/boot/failures.ts';
import { blame } from '../../../src/proof/blame.ts';
import { ExpectationError } from '../../../src/proof/failed-expectation.ts';

const panic =
  '[    1.0] fine\n[    2.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n';

test('a boot that failed keeps its name and its last lines', () => {
  const error = new BootError(
    { failure: 'grub-shell', message: 'no menu', line: 'grub>' },
    ['grub>'],
    'qemu',
  );
  expect(blame(error, 'more\n')).toMatchObject({
    name: 'grub-shell',
    message: 'no menu: grub>',
    lastLines: ['grub>'],
  });
});

test('another answer than expected is told with what was expected and what came', () => {
  const error = new ExpectationError('`id` ended with 1', ['status:'], 'output');
  expect(blame(error, 'a\nb\n')).toEqual({
    ...{ name: 'expectation', message: '`id` ended with 1', detail: ['status:'] },
    ...{ lastLines: ['a', 'b'], output: 'output' },
  });
});

test('a panic is the cause of whatever else went wrong', () => {
  const found = blame(new ExpectationError('SSH did not run the command (lost): gone'), panic);
  expect(found.name).toBe('kernel-panic');
  expect(found.message).toContain('Attempted to kill init!');
  expect(found.detail).toEqual(['SSH did not run the command (lost): gone']);
});

test.each([
  ['machine-off', 'guest-ended'],
  ['qemu-ended', 'guest-ended'],
  ['agent-silent', 'hang'],
  ['no-agent', 'expectation'],
])('%s is called %s, and says what to do', (code, name) => {
  const error = new FailedError(code, 'something', { hint: 'do this\nor that' });
  expect(blame(error, '')).toMatchObject({ name, message: 'something', detail: ['do this', 'or that'] });
});

test('everything else is a fault of ours, with what helps to find it', () => {
  expect(blame(new TypeError('x is undefined'), '')).toMatchObject({
    name: 'harness',
    message: 'x is undefined',
  });
  const command = new CommandError('mkfs.fat disk.img', { exitCode: 1, lastLines: 'too small' });
  expect(blame(command, '').detail).toEqual(['too small', 'mkfs.fat disk.img']);
  expect(blame('text', '')).toMatchObject({ name: 'harness', message: 'text' });
});
