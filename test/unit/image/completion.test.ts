import { mkdirSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { register as cache } from '../../../src/cli/commands/cache.ts';
import { register } from '../../../src/cli/commands/completion.ts';
import { register as inspect } from '../../../src/cli/commands/inspect.ts';
import type { CliIo } from '../../../src/cli/io.ts';
import { findProgram, run } from '../../../src/sys/run.ts';
import { runCommand } from '../../helpers/cli.ts';
import { testFolder } from './fixture.ts';

const folder = testFolder();

/** A program with what the real one has: files, folders, choices, subcommands. */
function example(program: Command, io: CliIo): void {
  program
    .command('build')
    .description("builds a recipe's images")
    .argument('<recipe...>', 'the recipe')
    .option('-o, --output <dir>', 'the folder')
    .addOption(new Option('--progress <kind>', "how it's [shown]").choices(['auto', 'json', 'none']))
    .option('--log <file>', 'a log')
    .option('--locked', 'no changes');
  program.command('new').addArgument(new Argument('<kind>').choices(['disk', 'cloud']));
  cache(program, io);
  inspect(program, io);
  register(program, io);
}

const script = async (shell: string): Promise<string> =>
  (await runCommand(example, ['completion', shell])).out;

/** What bash would offer for a command line, the cursor at its end. */
async function bashOffers(line: string): Promise<string[]> {
  const words = line.split(' ');
  const code = `${await script('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_diskbios; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run(['bash', '--norc', '-c', code], { cwd: folder.path('') });
  return stdout
    .split('\n')
    .filter((word) => word !== '')
    .sort();
}

describe('completion in bash', () => {
  it.each([
    ['diskbios ', ['build', 'cache', 'completion', 'inspect', 'new']],
    ['diskbios ca', ['cache']],
    ['diskbios cache ', ['ls', 'path', 'prune', 'verify']],
    ['diskbios cache prune --', ['--help', '--json', '--max']],
    ['diskbios build --lo', ['--locked', '--log']],
    ['diskbios build --progress ', ['auto', 'json', 'none']],
    ['diskbios build --progress = j', ['json']],
    ['diskbios new ', ['cloud', 'disk']],
    ['diskbios completion z', ['zsh']],
    ['diskbios inspect --tree 2 --js', ['--json']],
  ])('%s', async (line, expected) => {
    expect(await bashOffers(line)).toEqual(expected);
  });

  it('offers files by what an argument is', async () => {
    for (const name of ['a.iso', 'b.yaml', 'c.yml', 'd d.iso', 'e.txt']) folder.put(name, '');
    mkdirSync(folder.path('folder'));
    expect(await bashOffers('diskbios inspect ')).toEqual(['a.iso', 'd d.iso', 'folder']);
    expect(await bashOffers('diskbios build b.yaml ')).toEqual(['b.yaml', 'c.yml', 'folder']);
    expect(await bashOffers('diskbios build -o ')).toEqual(['folder']);
    expect(await bashOffers('diskbios build --log ')).toEqual([
      'a.iso',
      'b.yaml',
      'c.yml',
      'd d.iso',
      'e.txt',
      'folder',
    ]);
  });

  it('works when a person presses the key', async () => {
    const code = `${await script('bash')}\ncomplete -p diskbios`;
    expect((await run(['bash', '--norc', '-c', code])).stdout).toBe('complete -F _diskbios diskbios\n');
  });
});

describe('completion in other shells', () => {
  it('knows commands, options, choices and files in zsh', async () => {
    const text = await script('zsh');
    expect(text).toMatch(/^#compdef diskbios\n/);
    expect(text).toContain(`'build:builds a recipe'\\''s images'`);
    expect(text).toContain(`'--progress''[how it'\\''s \\[shown\\]]:value:(auto json none)'`);
    expect(text).toContain(`'1: :_files -g "*(.iso|.img|.qcow2|.vmdk|.vdi|.vhd|.vhdx|.ova)(-.)"'`);
    expect(text).toContain('_diskbios_cache_ls()');
  });

  it('knows commands, options, choices and files in fish', async () => {
    const text = await script('fish');
    expect(text).toContain(`-a build -d 'builds a recipe\\'s images'`);
    expect(text).toContain(
      `complete -c diskbios -n '__fish_seen_subcommand_from build' -l progress -x -a 'auto json none' -d 'how it\\'s [shown]'`,
    );
    expect(text).toContain(
      `'__fish_seen_subcommand_from cache; and not __fish_seen_subcommand_from ls prune path verify'`,
    );
    expect(text).toContain(`-k -x -a '(__fish_complete_suffix .iso) (__fish_complete_suffix .img)`);
  });

  it.skipIf(findProgram('zsh') === undefined)(
    'is sound for zsh itself (skipped where zsh is not installed)',
    async () => {
      await run([
        'zsh',
        '-f',
        '-c',
        `autoload -U compinit; compinit -D -u\n${await script('zsh')}\n[[ $_comps[diskbios] == _diskbios ]]`,
      ]);
    },
  );

  it.skipIf(findProgram('fish') === undefined)(
    'is sound for fish itself (skipped where fish is not installed)',
    async () => {
      const { stdout } = await run([
        'fish',
        '-N',
        '-c',
        `${await script('fish')}\ncomplete -C 'diskbios cache '`,
      ]);
      expect(stdout).toContain('verify');
    },
  );
});
