import { settings } from '../../base/system-settings.ts';
import { list as listFolder } from '../host.ts';
import { keysFor } from '../lib/systems/network-words.ts';
import { templatesFolder } from '../lib/systems/places.ts';
import { ownCards } from '../systems/cards.ts';
import { engines } from '../systems/engines/registry.ts';
import { readPlaces } from '../systems/places.ts';
import { listSystems } from '../systems/store.ts';
import type { Command, Completes, Verb } from './command.ts';

/** What may stand at the end of a command line: the words behind `systemx`, the last of them begun or empty. */
export async function candidates(verbs: readonly Verb[], words: readonly string[]): Promise<string[]> {
  const last = words.at(-1) ?? '';
  return (await offered(verbs, words))
    .filter((word) => word.startsWith(last) && !word.startsWith('_'))
    .sort();
}

async function offered(verbs: readonly Verb[], words: readonly string[]): Promise<readonly string[]> {
  const [verb = ''] = words;
  if (words.length <= 1) return [...verbs.map(({ name }) => name), 'help'];
  if (verb === 'help') return verbs.map(({ name }) => name);
  const command = await verbs.find(({ name }) => name === verb)?.load();
  if (command === undefined) return [];
  const before = words.slice(1, -1);
  const last = words.at(-1) ?? '';
  const previous = before.at(-1)?.replace(/^--/, '') ?? '';
  const option = before.at(-1)?.startsWith('--') === true ? command.options[previous] : undefined;
  if (option?.value !== undefined) return values(option.completes);
  if (last.startsWith('-')) return [...Object.keys(command.options).map((name) => `--${name}`), '--help'];
  const at = before.filter((word, i) => !word.startsWith('-') && !takesValue(command, before[i - 1])).length;
  const argument = command.arguments[Math.min(at, command.arguments.length - 1)];
  return argument === undefined || (at >= command.arguments.length && argument.many === undefined)
    ? []
    : values(argument.completes, before);
}

const takesValue = (command: Command, word: string | undefined): boolean =>
  word?.startsWith('--') === true && command.options[word.slice(2)]?.value !== undefined;

/** `before`: the words that stand there already. */
function values(kind: Completes | undefined, before: readonly string[] = []): readonly string[] {
  if (kind === undefined || kind === 'file') return [];
  if (typeof kind !== 'string') return kind;
  switch (kind) {
    case 'system':
      return listSystems().map(({ name }) => name);
    case 'engine':
      return engines.map(({ name }) => name);
    case 'setting':
      return settings.map(({ key }) => `${key.replace(/\*$/, '')}=`.replace(/\.=$/, '.'));
    case 'network-setting':
      return keysFor(ownCards()).map((key) => (before[0] === 'set' ? `${key}=` : key));
    case 'disk':
      return listFolder('/sys/block')
        .filter((name) => !/^(loop|ram|zram|sr|dm-)/.test(name))
        .map((name) => `/dev/${name}`);
    case 'template':
      return [
        'livefs',
        ...readPlaces().dirs.flatMap(({ path }) =>
          listFolder(templatesFolder(path))
            .filter((name) => name.endsWith('.json'))
            .map((name) => name.slice(0, -'.json'.length)),
        ),
      ];
  }
}

/** Scripts that ask `systemx _complete`, so that they never grow old. */
export const scripts = {
  bash: `# bash: source <(systemx completion bash)
_systemx() {
  local IFS=$'\\n'
  COMPREPLY=($(systemx _complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  case "\${COMPREPLY[0]-}" in *=|*.) compopt -o nospace ;; esac
  [ "\${#COMPREPLY[@]}" -gt 0 ] || compopt -o default
}
complete -F _systemx systemx
`,
  zsh: `# zsh: source <(systemx completion zsh)
_systemx() {
  local -a found
  found=("\${(@f)$(systemx _complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [ -n "$found" ]; then compadd -- $found; else _files; fi
}
compdef _systemx systemx
`,
} as const;
