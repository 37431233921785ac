import { UserError } from '../../../base/errors.ts';
import { formatBytes } from '../../../base/sizes.ts';
import { absolutePath } from '../../host/files.ts';
import { interruptible } from '../../host/interrupt.ts';
import { isTerminal } from '../../host/terminal.ts';
import { print } from '../../host.ts';
import { backup as save } from '../../systems/lifecycle/backup.ts';
import { exportForms, exportSystem } from '../../systems/lifecycle/export.ts';
import { restore as bringBack } from '../../systems/lifecycle/restore.ts';
import { findSystem } from '../../systems/store.ts';
import { type Argument, command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { choice, flag, json, size, text, yes } from '../options.ts';
import { note, printJson } from '../output.ts';
import { progress } from '../progress.ts';
import { live } from './copies.ts';

const system: Argument = { name: 'NAME', meaning: 'a system', completes: 'system' };
/** `undefined`: a standard stream. */
const fileOf = (word: string | undefined, otherwise: string): string | undefined => {
  const file = word ?? otherwise;
  return file === '-' ? undefined : absolutePath(file);
};

export const backup = command({
  name: 'backup',
  summary: 'Write a system into one file, or to standard output',
  about: [
    'The file is a tar archive packed by zstd, with what it is at its beginning and a SHA-256 over all at its end. What is in it is what',
    'the system changed, for an app system, or its whole root. Snapshots are not in it.',
  ],
  arguments: [
    system,
    {
      name: 'FILE',
      meaning: 'default: NAME.tar.zst here; - is standard output',
      optional: true,
      completes: 'file',
    },
  ],
  options: { live, json },
  examples: [
    'systemx backup web /mnt/web.tar.zst',
    "systemx backup web - | ssh nas 'cat >web.tar.zst'",
    'ssh pe systemx backup web - >web.tar.zst',
  ],
  async run({ args: [name = '', word], options }) {
    const file = fileOf(word, `${name}.tar.zst`);
    const made = await interruptible(() => save({ name, file, live: options.live }, progress()));
    const said = `${name} is in ${file ?? 'the stream'}: ${formatBytes(made.size)}`;
    if (file === undefined) note(said);
    else if (options.json) printJson(made);
    else print(said);
    return 0;
  },
});

export const restore = command({
  name: 'restore',
  summary: 'Make a system of a backup',
  about: [
    'Nothing is changed before all of the backup has been read and its checksum fits. Under another name it gets an identity of its own,',
    'as with systemx clone. With --replace it takes the place of the system of that name, whose snapshots stay.',
  ],
  arguments: [
    { name: 'FILE', meaning: 'a backup; - is standard input', completes: 'file' },
    { name: 'NAME', meaning: 'default: the name that it had', optional: true },
  ],
  options: {
    replace: flag('let it take the place of the system of that name'),
    keep: text('LABEL', 'with --replace: keep what that system is now as a snapshot'),
    dir: text('PATH', 'a systems directory other than the first', { completes: 'file' }),
    yes,
    json,
  },
  examples: [
    'systemx restore web.tar.zst',
    'systemx restore web.tar.zst web2',
    'ssh nas cat web.tar.zst | systemx restore - --replace --keep before',
  ],
  async run({ args: [word = '', name], options }) {
    const { replace, keep, dir } = options;
    const file = fileOf(word, '-');
    if (replace && keep === undefined) {
      if (name === undefined)
        throw new UserError({
          code: 'no-name',
          message: 'what is to be replaced must be named',
          hint: `systemx restore ${word} NAME --replace, with --keep LABEL to keep a snapshot of it`,
        });
      confirm(`What is in ${findSystem(name).folder} now will be gone for good.`, name, options.yes);
    }
    const wish = { file, name, dir, replace, keep };
    const made = await interruptible(() => bringBack(wish, progress()));
    if (options.json) printJson(made);
    else print(`${made.name} is restored in ${made.folder}; start it: systemx start ${made.name}`);
    for (const line of made.notes) note(line);
    return 0;
  },
});

export const export_ = command({
  name: 'export',
  summary: 'Write the whole root of a system for other programs',
  about: [
    'tar: an archive of its root; packed where FILE ends with .gz or .zst. oci: an image that docker, podman and skopeo load',
    '(oci-archive). disk: a raw disk image with one ext4 file system. Of an app system its template is in it too.',
  ],
  arguments: [
    system,
    { name: 'FILE', meaning: 'where to; - is standard output, for tar', completes: 'file' },
  ],
  options: {
    as: choice(exportForms, 'what to write (default: tar)'),
    layers: flag('oci: the template and what lies on it as layers of their own'),
    size: size('SIZE', 'disk: how large (default: what is needed and a quarter)'),
    live,
    json,
  },
  examples: [
    'systemx export web /mnt/web.tar.zst',
    'systemx export web --as oci /mnt/web.oci.tar',
    'systemx export web --as disk --size 2GiB /mnt/web.img',
  ],
  async run({ args: [name = '', word], options }) {
    const { as = 'tar', layers, live: held } = options;
    const file = fileOf(word, '-');
    const wish = { name, as, file, layers, live: held, size: options.size };
    const made = await interruptible(() => exportSystem(wish, progress()));
    if (options.json && file !== undefined) printJson(made);
    else if (file === undefined || !isTerminal(1)) note(`${name}: ${formatBytes(made.size)}`);
    else print(`${name} is in ${file}: ${formatBytes(made.size)}`);
    return 0;
  },
});
