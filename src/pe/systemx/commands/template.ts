import { FailedError, UserError } from '../../../base/errors.ts';
import { formatBytes } from '../../../base/sizes.ts';
import { interruptible } from '../../host/interrupt.ts';
import { print } from '../../host.ts';
import { addTemplate } from '../../systems/templates/add.ts';
import { presentChecksum, removeTemplate } from '../../systems/templates/change.ts';
import {
  type FoundTemplate,
  findTemplate,
  type ListedTemplate,
  listTemplates,
} from '../../systems/templates/find.ts';
import { livefsRef } from '../../systems/templates/livefs.ts';
import { lookForMedia } from '../../systems/templates/places.ts';
import { usersOf } from '../../systems/templates/users.ts';
import { command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { json, text, wholeNumber, yes } from '../options.ts';
import { note, paint, printJson, printLines } from '../output.ts';
import { progress } from '../progress.ts';
import { facts, table } from '../table.ts';

const actions = ['list', 'info', 'add', 'remove', 'verify'] as const;
type Action = (typeof actions)[number];

const nameOf = ({ ref }: FoundTemplate): string => `${ref.name}@${ref.version}`;

const describe = (one: ListedTemplate): Record<string, unknown> => ({
  name: one.name,
  place: one.place.path,
  problems: one.problems,
  usedBy: one.found === undefined ? [] : usersOf(one.found.ref),
  template: one.found?.file,
});

async function list(asJson: boolean): Promise<number> {
  await lookForMedia();
  const all = listTemplates();
  const livefs = livefsRef();
  if (asJson) {
    printJson([
      { name: `${livefs.name}@${livefs.version}`, place: 'PE', problems: [], usedBy: usersOf(livefs) },
      ...all.map(describe),
    ]);
    return 0;
  }
  const rows = all.map(({ name, found, place, problems }) => [
    name,
    found?.file.form ?? 'broken',
    found === undefined ? '-' : formatBytes(found.file.size),
    found === undefined ? '-' : String(usersOf(found.ref).length),
    place.path,
    found?.file.source ?? problems.join('; '),
  ]);
  const titles = ['TEMPLATE', 'FORM', 'SIZE', 'USED BY', 'WHERE', 'FROM'];
  const first = [
    ...[`${livefs.name}@${livefs.version}`, 'PE', '-', String(usersOf(livefs).length)],
    ...['-', "the PE's own root"],
  ];
  printLines(
    table(
      titles.map((title) => ({ title, right: title === 'SIZE' || title === 'USED BY' })),
      [first, ...rows],
    ).map((line, i) => (i === 0 ? paint('bold', line) : line)),
  );
  return 0;
}

async function info(wanted: string, asJson: boolean): Promise<number> {
  const found = await findTemplate(wanted);
  const { file, root, place } = found;
  const users = usersOf(found.ref);
  if (asJson) {
    printJson({ ...file, root, place: place.path, usedBy: users });
    return 0;
  }
  printLines(
    facts([
      ['template', nameOf(found)],
      ['lies in', `${root}${place.dir === undefined ? ' (only read)' : ''}`],
      ['from', file.source],
      ['made', new Date(file.created).toISOString().replace('T', ' ').slice(0, 16)],
      ['size', formatBytes(file.size)],
      ['sha256', file.sha256],
      ['init', file.init?.join(' ') ?? '/sbin/init'],
      ...Object.entries(file.env).map(([key, value]) => [`env.${key}`, value] as const),
      ['used by', users.length === 0 ? 'nobody' : users.join('\n')],
    ]),
  );
  return 0;
}

async function verify(wanted: string | undefined, asJson: boolean): Promise<number> {
  await lookForMedia();
  const all =
    wanted === undefined ? listTemplates().flatMap(({ found }) => found ?? []) : [await findTemplate(wanted)];
  const results = [];
  for (const found of all) {
    const present = await presentChecksum(found, progress());
    const good = present === found.file.sha256;
    results.push({ name: nameOf(found), good, sha256: found.file.sha256, present });
    if (!asJson) print(`${nameOf(found)}: ${good ? 'as it was added' : paint('red', 'CHANGED')}`);
  }
  if (asJson) printJson(results);
  const changed = results.filter(({ good }) => !good).map(({ name }) => name);
  if (changed.length > 0)
    throw new FailedError('changed', `${changed.join(', ')}: not what was added`, {
      hint: 'what was made from it may be wrong too; add it anew under another version',
    });
  return 0;
}

async function remove(wanted: string, given: string | undefined): Promise<number> {
  const found = await findTemplate(wanted);
  if (usersOf(found.ref).length === 0) confirm(`${found.root} will be gone for good.`, wanted, given);
  await removeTemplate(wanted);
  print(`${wanted} is gone`);
  return 0;
}

function one(action: Action, words: readonly string[], needed: boolean): string | undefined {
  const [first, ...more] = words;
  if (more.length > 0 || (needed && first === undefined))
    throw new UserError({
      code: 'arguments',
      message:
        first === undefined
          ? `template ${action} needs ${action === 'add' ? 'a SOURCE' : 'a NAME'}`
          : `there is nothing for ${more.join(' ')} to mean here`,
      hint: 'systemx template --help',
    });
  return first;
}

function none(words: readonly string[]): void {
  if (words.length > 0)
    throw new UserError({
      code: 'arguments',
      message: `there is nothing for ${words.join(' ')} to mean here`,
      hint: `systemx template info ${words[0] ?? ''} tells about one`,
    });
}

export const template = command({
  name: 'template',
  summary: 'Show, add, check and remove what systems are made from',
  about: [
    'Templates are read-only, have a version and a checksum, and are shared by all systems that live on them.',
    "The livefs, the PE's own root, is one that is always there; others may lie on the boot medium, in its folder templates.",
    '',
    ...facts([
      ['  list', 'show them all (the default)'],
      ['  info NAME', 'show everything about one'],
      ['  add SOURCE', 'make one'],
      ['  remove NAME@VERSION', 'remove one that nobody uses'],
      ['  verify [NAME]', 'compare what is on the disk with the checksums; exit code 1 where it differs'],
    ]),
    '',
    'A SOURCE is one of',
    ...facts([
      [
        '  FILE, -',
        'a tar archive (gzip, xz, zstd, bzip2) of a root, or of an OCI image (oci-archive, docker save)',
      ],
      ['  FOLDER', 'an OCI image layout, or a root'],
      ['  https://...', 'such an archive; needs curl in the image'],
      ['  oci:HOST/NAME:TAG', 'an image in a registry; needs curl in the image'],
      [
        '  debian:SUITE',
        'debootstrap; needs debootstrap, gpgv, perl-base and debian-archive-keyring in the image',
      ],
    ]),
  ],
  arguments: [
    { name: 'ACTION', meaning: actions.join(', '), optional: true, completes: actions },
    { name: 'WHAT', meaning: 'a NAME or a SOURCE', optional: true, many: 'words', completes: 'template' },
  ],
  options: {
    as: text('NAME[@VERSION]', 'add: what to call it (default: from the source)'),
    tag: text('TAG', 'add: which image, where a source holds several'),
    strip: wholeNumber('N', 'add: leave out so many leading folders of the names in an archive', { most: 9 }),
    sha256: text('HEX', 'add: what the archive must have', {
      problem: (given) => (/^[0-9a-f]{64}$/.test(given) ? undefined : 'is no SHA-256: 64 hexadecimal digits'),
    }),
    mirror: text('URL', "add: for debian:SUITE, instead of debootstrap's own"),
    dir: text('PATH', 'add: a systems directory other than the first', { completes: 'file' }),
    yes,
    json,
  },
  examples: [
    'systemx template',
    'systemx template add alpine-minirootfs.tar.gz --as alpine@3.22',
    'skopeo copy docker://... oci-archive:/dev/stdout | ssh pe systemx template add - --as web',
    'systemx create one --from web',
    'systemx template remove alpine@3.22 --yes alpine@3.22',
  ],
  async run({ args: [action = 'list', ...words], options }) {
    switch (action) {
      case 'list':
        none(words);
        return list(options.json);
      case 'info':
        return info(one(action, words, true) ?? '', options.json);
      case 'verify':
        return interruptible(() => verify(one(action, words, false), options.json));
      case 'remove':
        return remove(one(action, words, true) ?? '', options.yes);
      case 'add': {
        const source = one(action, words, true) ?? '';
        const { as, tag, strip = 0, sha256, mirror, dir } = options;
        const wish = { source, as, tag, strip, sha256, mirror, dir };
        const { template: made, notes } = await interruptible(() => addTemplate(wish, progress()));
        if (options.json) printJson({ ...made, notes });
        else
          print(
            `${made.name}@${made.version} is there (${formatBytes(made.size)}); make a system: systemx create NAME --from ${made.name}`,
          );
        for (const line of notes) note(line);
        return 0;
      }
      default:
        throw new UserError({
          code: 'no-such-action',
          message: `there is no action ${action} of templates`,
          expected: actions.join(', '),
        });
    }
  },
});
