import { describe, expect, test } from 'vitest';
import { CommandError, FailedError, MissingError, UserError } from '../../../../src/base/errors.ts';
import { command } from '../../../../src/pe/systemx/command.ts';
import { helpOf } from '../../../../src/pe/systemx/help.ts';
import { choice, flag, size, text, texts, wholeNumber } from '../../../../src/pe/systemx/options.ts';
import { parse, usageOf } from '../../../../src/pe/systemx/parse.ts';
import { report } from '../../../../src/pe/systemx/report.ts';
import { facts, table } from '../../../../src/pe/systemx/table.ts';

const create = command({
  name: 'create',
  summary: 'Make a system',
  arguments: [
    { name: 'NAME', meaning: 'its name' },
    { name: 'SETTING', meaning: 'such as memory=1G', many: 'words', optional: true },
  ],
  options: {
    json: flag('print JSON', { short: 'j' }),
    engine: choice(['chroot', 'lxc'], 'how it runs'),
    memory: size('SIZE', 'how much'),
    count: wholeNumber('N', 'how many', { least: 1, most: 9 }),
    note: text('TEXT', 'for people'),
    tag: texts('TAG', 'several'),
  },
  examples: ['systemx create web'],
  run: () => 0,
});
const exec = command({
  name: 'exec',
  summary: 'Run a program',
  arguments: [
    { name: 'NAME', meaning: 'a system' },
    { name: 'PROGRAM', meaning: 'what to run', many: 'rest' },
  ],
  options: { quiet: flag('say nothing') },
  examples: [],
  run: () => 0,
});

function mistakes(...words: string[]): string[] {
  try {
    parse(create, words);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.diagnostics.map(({ message, hint }) =>
      hint === undefined ? message : `${message} (${hint})`,
    );
  }
}

describe('parse', () => {
  test('typed options anywhere, with = or a blank', () => {
    expect(
      parse(create, [
        'web',
        '--memory',
        '64MiB',
        '-j',
        'a=1',
        '--engine=lxc',
        '--tag',
        'x',
        '--tag=y',
        'b=2',
      ]),
    ).toEqual({
      help: false,
      args: ['web', 'a=1', 'b=2'],
      options: {
        json: true,
        engine: 'lxc',
        memory: 67_108_864,
        count: undefined,
        note: undefined,
        tag: ['x', 'y'],
      },
    });
  });

  test('what is for the program inside is left alone', () => {
    const asked = { help: false, args: ['web', 'ls', '-l', '--help', '--'], options: { quiet: true } };
    expect(parse(exec, ['--quiet', 'web', 'ls', '-l', '--help', '--'])).toEqual(asked);
    expect(parse(exec, ['--quiet', 'web', '--', 'ls', '-l', '--help', '--'])).toEqual(asked);
  });

  test('help, but not behind --', () => {
    expect(parse(create, ['web', '--help'])).toEqual({ help: true });
    expect(parse(create, ['--', '--help'])).toMatchObject({ args: ['--help'] });
  });

  test('all mistakes at once', () => {
    expect(
      mistakes('--jsn', '--engine', 'uml', '--memory=much', '--count=0', '--json=yes', '--note'),
    ).toEqual([
      'there is no option --jsn (did you mean --json?)',
      '--json takes no value',
      '--note needs a value: --note TEXT',
      '--engine uml is none of chroot, lxc',
      '--memory much is no size such as 64MiB or 2GiB',
      '--count 0 is no whole number from 1 to 9',
      'NAME is missing: its name',
    ]);
    expect(mistakes('web', '--note', 'a', '--note', 'b')).toEqual(['--note a, b is given more than once']);
  });

  test('too many words', () => {
    const one = command({
      ...create,
      arguments: [{ name: 'NAME', meaning: 'its name' }],
      options: {},
      run: () => 0,
    });
    expect(() => parse(one, ['a', 'b'])).toThrow("there is nothing for 'b' to mean here");
  });
});

test('help shows usage, options and examples', () => {
  expect(usageOf(create)).toBe('NAME [SETTING...]');
  const lines = helpOf(create).join('\n');
  expect(lines).toContain('Usage: systemx create [OPTIONS] NAME [SETTING...]');
  expect(lines).toMatch(/^ {2}-j, --json\s+print JSON$/m);
  expect(lines).toMatch(/^ {2}# systemx create web$/m);
});

test('tables are aligned by what a terminal shows', () => {
  expect(
    table(
      [{ title: 'NAME' }, { title: 'SIZE', right: true }, { title: 'X' }],
      [
        ['名', '5', ''],
        ['abc', '123456', 'y'],
      ],
    ),
  ).toEqual(['NAME    SIZE  X', '名         5', 'abc   123456  y']);
  expect(
    facts([
      ['a', '1\n2'],
      ['long', '3'],
    ]),
  ).toEqual(['a     1', '      2', 'long  3']);
});

describe('report', () => {
  test.each([
    [
      new UserError([
        { code: 'a', message: 'one' },
        { code: 'b', message: 'two', expected: 'x', hint: 'try y' },
      ]),
      2,
      ['systemx: one', 'systemx: two', '  expected: x', '  try y'],
    ],
    [
      new MissingError('no disk\nreally', 'systemx setup-disk'),
      3,
      ['systemx: no disk', '  really', '  try: systemx setup-disk'],
    ],
    [new FailedError('x', 'it broke', { hint: 'do this' }), 1, ['systemx: it broke', '  do this']],
    [
      new CommandError('mount -t x', { exitCode: 1, lastLines: 'no such device' }),
      1,
      ['systemx: mount failed (exit code 1)', '  no such device', '  it was: mount -t x'],
    ],
  ])('%s', (error, code, lines) => {
    expect(report(error)).toEqual({ code, lines });
  });

  test('what others wrote does nothing to a terminal, and a full disk comes with what to do', () => {
    expect(report(new FailedError('x', 'it holds \u001b[31mred\u001b[0m\nand more')).lines).toEqual([
      String.raw`systemx: it holds \u001b[31mred\u001b[0m`,
      '  and more',
    ]);
    expect(
      report(new CommandError('cp a b', { exitCode: 1, lastLines: 'No space left on device' })).lines.at(-1),
    ).toMatch(/^ {2}to make room: systemx list --disk/);
  });

  test('anything else is a bug', () => {
    expect(report(new Error('oops')).code).toBe(1);
    expect(report(new Error('oops')).lines.join()).toContain('a mistake in diskbios itself: oops');
  });
});
