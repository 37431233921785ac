import { type Command, InvalidArgumentError } from 'commander';
import { formatBytes, parseBytes } from '../../base/sizes.ts';
import type { StoreItem } from '../../store/upkeep.ts';
import { columns } from '../columns.ts';
import type { CliIo } from '../io.ts';

function bytesOf(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined) return bytes;
  throw new InvalidArgumentError('It must be a size, such as 2GiB, 500M or 0.');
}

async function dirOf(io: CliIo): Promise<string> {
  const { storeDir } = await import('../../store/paths.ts');
  return storeDir(io.env);
}

/** An item for `--json`: times as text. */
const plain = (item: StoreItem): object => ({ ...item, lastUsed: item.lastUsed.toISOString() });

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export function register(program: Command, io: CliIo): void {
  const cache = program
    .command('cache')
    .description('look after the store: downloaded packages and finished build steps')
    .addHelpText(
      'after',
      `
The store only makes builds faster. Removing all of it is safe: rm -r "$(diskbios cache path)"
It lies in $DISKBIOS_STORE, else in diskbios below $XDG_CACHE_HOME or ~/.cache.

Examples:
  $ diskbios cache ls
  $ diskbios cache prune --max 2GiB
  $ diskbios cache verify
`,
    );

  cache
    .command('ls')
    .description('list what is in the store, biggest first')
    .option('--all', 'every item (default: the 30 biggest)')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ diskbios cache ls --all\n')
    .action(async (options: { all?: true; json?: true }) => {
      const { listStore } = await import('../../store/upkeep.ts');
      const dir = await dirOf(io);
      const items = listStore(dir).sort((a, b) => b.bytes - a.bytes || (a.id < b.id ? -1 : 1));
      if (options.json === true) io.out(json({ dir, items: items.map(plain) }));
      else io.out(listing(dir, items, options.all === true ? items.length : 30));
    });

  cache
    .command('prune')
    .description('remove what was not used for the longest time, until the store is small enough')
    .option('--max <size>', 'how big the store may stay', bytesOf, 5 * 1024 ** 3)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ diskbios cache prune              down to 5 GiB\n  $ diskbios cache prune --max 0      everything\n',
    )
    .action(async (options: { max: number; json?: true }) => {
      const { pruneStore } = await import('../../store/upkeep.ts');
      const { removed, freed } = await pruneStore(await dirOf(io), options.max);
      if (options.json === true) io.out(json({ removed: removed.map(plain), freed }));
      else
        io.out(
          `removed ${removed.length} ${removed.length === 1 ? 'item' : 'items'}, ${formatBytes(freed)} freed\n`,
        );
    });

  cache
    .command('path')
    .description('print the folder of the store')
    .addHelpText('after', '\nExample:\n  $ du -sh "$(diskbios cache path)"\n')
    .action(async () => io.out(`${await dirOf(io)}\n`));

  cache
    .command('verify')
    .description('read everything in the store and name what is damaged; ends with 1 where something is')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ diskbios cache verify\n')
    .action(async (options: { json?: true }) => {
      const { listStore, verifyStore } = await import('../../store/upkeep.ts');
      const dir = await dirOf(io);
      const problems = verifyStore(dir);
      if (options.json === true) {
        io.out(json({ dir, problems: problems.map(({ item, problem }) => ({ ...plain(item), problem })) }));
      } else if (problems.length === 0) io.out(`${listStore(dir).length} items, all sound\n`);
      else {
        for (const { item, problem } of problems) io.out(`${item.path}: ${item.title}: ${problem}\n`);
        io.out(`${problems.length} damaged; remove those folders and they are made again\n`);
      }
      if (problems.length > 0) process.exitCode = 1;
    });
}

function listing(dir: string, items: readonly StoreItem[], limit: number): string {
  const rows = items
    .slice(0, limit)
    .map((item) => [
      formatBytes(item.bytes),
      item.lastUsed.toISOString().slice(0, 16).replace('T', ' '),
      item.id.slice(0, 12),
      item.kind,
      item.title,
    ]);
  const sum = items.reduce((total, item) => total + item.bytes, 0);
  const table =
    rows.length === 0 ? '' : columns([['size', 'last used', 'id', 'kind', 'what'], ...rows], ['right']);
  const more = items.length > limit ? `… and ${items.length - limit} smaller ones (--all)\n` : '';
  return `${table}${more}${items.length} items, ${formatBytes(sum)} in ${dir}\n`;
}
