import { bootFailures } from '../../base/boot-failures.ts';
import { modes } from '../../base/cmdline.ts';
import { durationPattern } from '../../base/durations.ts';
import { qemuKeys } from '../../base/qemu-keys.ts';
import { type Verb, verbNames } from '../tests/verbs.ts';
import { choice, map, oneOrMore, type SchemaNode, text, wholeNumber } from './node.ts';
import { testName } from './test-machines.ts';

const duration = { pattern: durationPattern, 'x-expected': 'a duration such as 20s, 500ms or 2min' };
const within = text('Time limit, as `within` beside the verb.', duration);
const someText = { pattern: '[\\s\\S]', 'x-expected': 'a text' };
const name = (description: string): SchemaNode => text(description, testName);

const mode = choice('Mode that the PE must have come up in.', modes);

const stepVerbs: Readonly<Record<Verb, SchemaNode>> = {
  ready: {
    description: 'The PE says that it is up, in this mode.',
    'x-expected': 'live, takeover, dual, or a map such as { mode: live, within: 60s }',
    anyOf: [mode, map('The PE is up.', { mode, within }, { required: ['mode'] })],
  },
  run: text('A shell command in the guest, through the agent of images built for test.', someText),
  ssh: text('A command through SSH, as an outside user has it, with a key made for the test.', someText),
  menu: text('Chooses the entry of the boot menu with this title.', someText),
  console: map('A conversation on the serial line: waits for `expect`, then sends `send`.', {
    expect: text('Regular expression (JavaScript’s) that what the guest says must fit.', someText),
    send: text('Text to send, with `\\n` where Enter is pressed.', someText),
    within,
  }),
  screen: map('Looks at the screen.', {
    contains: oneOrMore(
      'Texts that must be on it.',
      { type: 'string', ...someText },
      { 'x-expected': 'a text, or a list of texts' },
    ),
    save: text('File name, in the folder of the results, of a picture of the screen.', {
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*\\.png$',
      'x-expected': 'a file name ending in .png, without /',
    }),
    within,
  }),
  type: text('Types a text on the keyboard, with `\\n` for Enter.', {
    pattern: '^[\\n\\t -~]+$',
    'x-expected': 'a text of characters that a US keyboard has',
  }),
  press: oneOrMore(
    'Presses keys together, by QEMU’s names.',
    {
      type: 'string',
      enum: qemuKeys,
      'x-expected': 'keys by QEMU’s names, such as [ctrl, alt, delete] or ret',
    },
    { 'x-expected': 'keys by QEMU’s names, such as [ctrl, alt, delete] or ret' },
  ),
  reboot: map('Restarts the guest from within.', {
    by: choice('By Ctrl-Alt-Del, or by the command `reboot` through the agent.', ['keyboard', 'command'], {
      default: 'keyboard',
    }),
    within,
  }),
  'power-cut': map('Pulls the plug, and puts it in again.', {
    after: text('So long after the step before.', { ...duration, default: '0ms' }),
  }),
  poweroff: map('The guest switches itself off.', {
    by: choice(
      'Asked by the power button, by the command `poweroff` through the agent, or by nobody.',
      ['button', 'command', 'itself'],
      { default: 'button' },
    ),
    within,
  }),
  'power-on': map('Switches a machine on that is off.', {}),
  plug: name('Plugs in a disk.'),
  unplug: name('Unplugs a disk, which the guest may notice or not.'),
  fails: choice('The boot must fail in this way; a boot that gets ready fails the test.', bootFailures),
  wait: text('Lets time pass.', duration),
};

const texts = oneOrMore('', { type: 'string', ...someText }, { 'x-expected': 'a text, or a list of texts' });

const output = (stream: string): SchemaNode => ({
  description: `What the command must write to ${stream}; a text is the whole of it, but for white space around it.`,
  'x-expected': 'a text, or a map of is, contains, lacks, matches',
  anyOf: [
    { type: 'string' },
    map('All that are given must hold.', {
      is: text('The whole text, but for white space around it.'),
      contains: { ...texts, description: 'Texts that must be in it.' },
      lacks: { ...texts, description: 'Texts that must not be in it.' },
      matches: text(
        'Regular expression (JavaScript’s, `^` and `$` at each line) that it must fit.',
        someText,
      ),
    }),
  ],
});

const expectation = map('What a command must answer; for `run` and `ssh`.', {
  status: {
    description: 'Exit code; without it 0.',
    'x-expected': 'a whole number from 0 to 255, or any',
    anyOf: [wholeNumber('', 0, 255), { type: 'string', enum: ['any'] }],
  },
  stdout: output('standard output'),
  stderr: { ...output('standard error'), 'x-see': 'tests[].steps[].expect.stdout' },
  json: {
    description:
      'Standard output is JSON that holds this: objects need have only these keys, lists hold an element for each of these.',
    'x-expected': 'any value',
  },
});

export const stepSchema: SchemaNode = map(
  `A step: exactly one of ${verbNames.map((verb) => `\`${verb}\``).join(', ')}, and beside it what goes with it.`,
  {
    ...stepVerbs,
    on: oneOrMore(
      'The guests that the step is for, one after the other; see above for a step that does not say it.',
      { type: 'string', ...testName },
      {
        'x-expected': 'the name of a guest, or a list of these',
      },
    ),
    within: {
      ...within,
      description:
        'Time limit on an ordinary machine, a slow one gets more; beside any step that waits for something.',
    },
    expect: expectation,
    stdin: text('What the command of `run` reads.'),
    retry: text('Ask again until the answer is right, for so long; for `run` and `ssh`.', duration),
    user: text('Who logs in; for `ssh`; without it root.', {
      pattern: '^[a-z_][a-z0-9_-]{0,31}$',
      'x-expected': 'a login name',
    }),
    by: choice('Where `menu` is operated; without it on the serial line, where the menu is on one.', [
      'serial',
      'keyboard',
    ]),
  },
  { 'x-expected': 'a map with one verb, such as `ready: live`' },
);
