import { parameters } from '../../base/cmdline.ts';
import { moduleProfiles } from '../module-profiles.ts';
import { recipeSchema } from '../schema/recipe.ts';
import { editorSchema } from './editor-schema.ts';
import { optionChapters } from './option-tables.ts';
import { table } from './table.ts';

/** `recipes/recipe.schema.json`: what editors check a recipe with. */
export function schemaText(): string {
  return `${JSON.stringify(editorSchema(recipeSchema, ['name']), null, 2)}\n`;
}

const introduction = `<!-- Made from src/recipe by \`node .config/gen-docs.mjs\`; changes belong there. -->
# The recipe

A recipe is a YAML file that describes one bootable image. The shortest one that is of use:

\`\`\`yaml
# yaml-language-server: $schema=./recipe.schema.json
name: my-pe
extends: diskbios
pe:
  ssh-keys:
    - file: ~/.ssh/id_ed25519.pub
\`\`\`

\`diskbios new my-pe\` writes one to start from, \`diskbios check my-pe.yaml\` finds all mistakes in it at once, and
\`diskbios check my-pe.yaml --resolved\` prints what it comes to with all it extends, each value with the place it came
from. With the first line above, pointed at \`recipes/recipe.schema.json\`, an editor completes keys and marks mistakes.

Relative paths start from the folder of the file they are written in.
`;

const merging = `## How recipes build on each other

\`extends\` names one recipe or several: a path relative to the file (\`./common.yaml\`), or the name of a recipe that
comes with diskbios (\`base\`, \`diskbios\`, \`cloud\`, \`cloudbios\`, \`cloudbios-fast\`, \`mini-itx\`, \`minimal\`). Parents may have parents. Each file counts once;
parents come before children, and of several parents the later wins over the earlier. \`name\` is not inherited.

| in the child | what it does |
| --- | --- |
| a map | merges with the inherited map, key by key |
| a text, number, true or false | takes the place of the inherited value |
| a list | is appended to the inherited one; what is there already is not repeated |
| a list that is “merged by” a key, as the tables below say | items with the same name merge key by key, new ones are appended (network interfaces: put in front) |
| a test | takes the place of the inherited test of the same name, whole |
| a command or the list of consoles, as the tables below say | takes the place of the inherited one |
| \`key:\` with no value (null) | removes the inherited key |
| \`key: !replace […]\` or \`!replace {…}\` | takes the place of the inherited list or map |
| \`- !remove item\` | takes an item out of the inherited list; the name of the item where the list merges by name |

Of \`source\`, \`content\` and \`link\` of a file, the child’s one takes the place of the inherited one.

\`--set key=value\` on the command line is the last child of all. The key is a path such as \`pe.hostname\`, the value
YAML, and it merges by the same rules: \`--set 'pe.packages=[htop]'\` adds a package.
`;

const tests = `## Tests

\`diskbios test\` starts the image in virtual machines and does what the steps of each test say:

\`\`\`yaml
tests:
  - name: keeps what was written
    matrix: { medium: [iso, iso-as-usb], firmware: [bios, uefi], memory: [256MiB, 1GiB] }
    disks:
      data: { size: 64MiB, filesystem: ext4 }
    steps:
      - ready: live
      - run: mount /dev/vda /mnt && echo kept > /mnt/note && sync
      - power-cut: {}
      - menu: diskbios live
      - ready: { mode: live, within: 60s }
      - run: mount /dev/vda /mnt && cat /mnt/note
        expect: { stdout: kept }
      - poweroff: { within: 20s }
\`\`\`

Each step has exactly one verb and may have more keys beside it; \`diskbios check\` refuses those that have no effect. A
test without \`guests\` has one machine, called \`pe\`. With several, \`ready\` and \`poweroff\` without \`on\` are for all that are
switched on, one after the other, \`plug\` and \`unplug\` for the one that has the disk, and every other step says \`on\`.
\`check\` follows which machine is on and which disk is there: a step that would find it otherwise is a mistake.

The boot menu has the recipe’s entries and \`Memory test\`, \`Boot from the first disk\`, \`Firmware setup\` (UEFI only), \`Restart\`
and \`Power off\`. Sizes are written with a unit (\`512MiB\`, \`1GiB\`), durations as \`500ms\`, \`20s\`, \`2min\`, \`1h\`.

Nothing of \`tests\` gets into the image: with other tests it has the same bytes. A file with nothing but \`tests:\` is for
images that are there already: \`diskbios test my.iso --tests FILE\`.
`;

/** `docs/recipe.md`: the manual's reference of recipes. */
export function recipeManual(): string {
  const profiles = Object.entries(moduleProfiles).map(([name, { meaning, patterns }]) => [
    `\`${name}\``,
    meaning,
    String(patterns.length),
  ]);
  const words = parameters.map((each) => [
    `\`${each.name}${each.values === undefined ? '' : '='}\``,
    each.values ?? '',
    each.default ?? '',
    each.meaning,
  ]);
  return [
    introduction,
    merging,
    tests,
    '## Every key\n',
    ...optionChapters(recipeSchema).map((text) => `${text}\n`),
    '## Module profiles\n',
    'What `kernel.modules.profiles` may name. A profile asks for more than one kernel has; what a kernel lacks, or has built',
    'in, is passed over. Names in `include` and `exclude` of a recipe must match something.\n',
    `${table(['profile', 'for', 'patterns'], profiles)}\n`,
    '## Kernel command line\n',
    'What the PE reads from the kernel command line. The boot menu’s entries set these; they can be edited in the menu.\n',
    `${table(['parameter', 'values', 'default', 'meaning'], words)}\n`,
    'A parameter that names nothing real never leaves a dead machine: the PE says what was wrong in one line, and comes up',
    'in the mode `live`.',
    '',
  ].join('\n');
}
