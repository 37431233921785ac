import { settings } from '../../base/system-settings.ts';
import type { Command } from './command.ts';
import { helpOf } from './help.ts';
import { facts } from './table.ts';

/** One part of the manual: its heading, and its lines. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

const exitCodes: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'it failed; what was there is still there'],
  ['2', "the caller's mistake; nothing was done"],
  ['3', 'something is missing on this machine; the message tells what to do'],
  ['other', 'of `systemx exec` and `enter`: the exit code of what ran inside; 127: there is no such program'],
];

const files: readonly (readonly [string, string])[] = [
  ['/hd', "the systems directory, unless the recipe's paths.systems or diskbios.dir= names another"],
  ['/hd/NAME/system.json', 'what a system is'],
  ['/hd/NAME/rootfs', 'its own root (os), or'],
  ['/hd/NAME/delta', 'what it changed on top of its template (app)'],
  ['/hd/.templates', 'templates, NAME@VERSION'],
  ['/hd/.pe', 'what the PE remembers, and the journal of operations under way'],
  ['/run/diskbios/systems/NAME', 'a running system: its log, its state; gone at power-off'],
];

const kernel: readonly (readonly [string, string])[] = [
  ['diskbios.mode=', 'live: the PE alone; dual: systems beside it; takeover: the machine becomes a system'],
  ['diskbios.system=', 'the system to hand the machine over to: a name or an absolute path'],
  [
    'diskbios.systems=',
    'those to start in the mode dual, NAME[:ENGINE],…; without it those with autostart=yes',
  ],
  ['diskbios.console=', 'the system that gets the screen and the keyboard'],
  ['diskbios.dir=', 'systems directories, with commas between them'],
  ['diskbios.data=', 'data volumes: LABEL=…, UUID=…, a device, or none'],
  ['diskbios.debug', 'a shell before the mode is acted on'],
];

/** The whole manual of the manager. It is made of the same words as `--help`. */
export function manual(commands: readonly Command[]): Section[] {
  return [
    { title: 'NAME', lines: ['systemx - make systems, run them beside the PE, and keep them'] },
    {
      title: 'SYNOPSIS',
      lines: ['systemx VERB [OPTIONS] ...', 'systemx VERB --help', 'systemx manual | less'],
    },
    {
      title: 'DESCRIPTION',
      lines: [
        'A system is an operating system or an application in a directory of the disk. An app system lies on a template,',
        "such as the PE's own root (livefs), and keeps only what it changes; an OS system has a root of its own. An engine",
        'runs it: lxc, as an unprivileged container, or chroot, which is no isolation against root.',
        '',
        'Every change is written beside and renamed: after a power cut a thing is there as it was, or as it was to be.',
      ],
    },
    { title: 'VERBS', lines: facts(commands.map(({ name, summary }) => [name, summary] as const)) },
    ...commands.map((one) => ({ title: `systemx ${one.name}`, lines: helpOf(one) })),
    {
      title: 'SETTINGS',
      lines: facts(settings.map(({ key, values, meaning }) => [`${key}=`, `${meaning}: ${values}`] as const)),
    },
    { title: 'KERNEL COMMAND LINE', lines: facts(kernel) },
    { title: 'FILES', lines: facts(files) },
    { title: 'EXIT CODES', lines: facts(exitCodes) },
  ];
}

/** As a terminal shows it: headings at the margin, everything else indented. */
export function manualText(commands: readonly Command[]): string[] {
  return manual(commands).flatMap(({ title, lines }) => [
    title,
    ...lines.map((line) => (line === '' ? '' : `    ${line}`)),
    '',
  ]);
}

/** As a page of the documentation. */
export function manualPage(commands: readonly Command[]): string {
  const intro = [
    '# systemx',
    '',
    'The manual of the manager in the PE, where `systemx manual | less` shows the same. [systems.md](systems.md) tells what systems are and',
    'how they are used. This page is made from the code by `make docs`.',
  ];
  const sections = manual(commands).map(
    ({ title, lines }) => `## ${title}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`,
  );
  return `${intro.join('\n')}\n\n${sections.join('\n')}`;
}
