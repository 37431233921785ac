import { allCommands, type CommandModel, nameOf, quoted, spellings, type Values } from './model.ts';

/** A command as the script knows it: its words, each with a space before. */
const key = (model: CommandModel): string => model.path.map((word) => ` ${word}`).join('');

function offer(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `_diskbios_words ${quoted(values.words.join(' '))}`;
    case 'files':
      return ['_diskbios_files', ...values.endings.map(quoted)].join(' ');
    case 'folders':
      return '_diskbios_folders';
    case 'anything':
      return ':';
  }
}

function subcommandCases(commands: readonly CommandModel[]): string {
  return commands
    .filter((model) => model.path.length > 0)
    .map((model) => `      ${quoted(key(model))}) at=${quoted(key(model))} ;;\n`)
    .join('');
}

function valueCases(commands: readonly CommandModel[]): string {
  return commands
    .flatMap((model) =>
      model.options.flatMap((option) => {
        if (option.value === undefined) return [];
        const patterns = spellings(option).map((flag) => quoted(`${key(model)} ${flag}`));
        // An optional value is offered, and so is everything else.
        return [
          `    ${patterns.join(' | ')}) ${offer(option.value)}${option.optional ? '' : '; return'} ;;\n`,
        ];
      }),
    )
    .join('');
}

function commandCases(commands: readonly CommandModel[]): string {
  return commands
    .map((model) => {
      const options = model.options.map((option) => option.long ?? option.short ?? '').join(' ');
      const below = model.commands.map(nameOf).join(' ');
      const last = model.values.at(-1);
      const rest =
        below === '' ? (last === undefined ? ':' : offer(last)) : `_diskbios_words ${quoted(below)}`;
      return `    ${quoted(key(model))})
      if [[ $cur == -* ]]; then _diskbios_words ${quoted(options)}; else ${rest}; fi ;;
`;
    })
    .join('');
}

/** The completion script for bash. */
export function bashScript(root: CommandModel): string {
  const commands = allCommands(root);
  return `# bash completion for diskbios
# Try it:  source <(diskbios completion bash)

_diskbios_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")
}

_diskbios_folders() {
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -d -- "$cur")
}

# Folders, and files with one of the endings given (none given: all files).
_diskbios_files() {
  local name ending
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    if [[ $# -eq 0 || -d $name ]]; then COMPREPLY+=("$name"); continue; fi
    for ending in "$@"; do
      if [[ $name == *"$ending" ]]; then COMPREPLY+=("$name"); break; fi
    done
  done < <(compgen -f -- "$cur")
}

_diskbios() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} at='' i
  COMPREPLY=()
  # bash makes "=" a word of its own.
  if [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if [[ $cur == '=' ]]; then cur=''; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
${subcommandCases(commands)}    esac
  done
  case "$at $before" in
${valueCases(commands)}  esac
  case $at in
${commandCases(commands)}  esac
}

complete -F _diskbios diskbios
`;
}
