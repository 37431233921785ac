import {
  allCommands,
  type CommandModel,
  nameOf,
  type OptionModel,
  quoted,
  spellings,
  type Values,
} from './model.ts';

const functionName = (model: CommandModel): string =>
  ['_diskbios', ...model.path].join('_').replaceAll('-', '_');

/** Text inside the brackets of a specification of `_arguments`. */
const bracketed = (text: string): string => text.replace(/[[\]\\:]/g, '\\$&');

function action(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `(${values.words.join(' ')})`;
    case 'files':
      return values.endings.length === 0 ? '_files' : `_files -g "*(${values.endings.join('|')})(-.)"`;
    case 'folders':
      return '_files -/';
    case 'anything':
      return ' ';
  }
}

function optionSpec(option: OptionModel): string {
  const flags = spellings(option);
  const value =
    option.value === undefined ? '' : `${option.optional ? '::' : ':'}value:${action(option.value)}`;
  const text = quoted(`[${bracketed(option.description)}]${value}`);
  return flags.length === 2
    ? `${quoted(`(${flags.join(' ')})`)}{${flags.join(',')}}${text}`
    : `${quoted(flags[0] ?? '')}${text}`;
}

function argumentSpecs(values: readonly Values[]): string[] {
  const last = values.at(-1);
  return [
    ...values.map((one, i) => quoted(`${i + 1}: :${action(one)}`)),
    ...(last === undefined ? [] : [quoted(`*: :${action(last)}`)]),
  ];
}

function commandFunction(model: CommandModel): string {
  const name = functionName(model);
  const options = model.options.map(optionSpec);
  if (model.commands.length === 0) {
    const specs = ['-s', ...options, ...argumentSpecs(model.values)];
    return `${name}() {\n  _arguments ${specs.join(' \\\n    ')}\n}\n`;
  }
  const described = model.commands.map((sub) => `    ${quoted(`${nameOf(sub)}:${sub.description}`)}\n`);
  const cases = model.commands.map((sub) => `        ${nameOf(sub)}) ${functionName(sub)} ;;\n`);
  return `${name}() {
  local curcontext="$curcontext" state line
  local -a commands=(
${described.join('')}  )
  _arguments -C ${[...options, quoted('1: :->command'), quoted('*:: :->rest')].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${cases.join('')}      esac ;;
  esac
}
`;
}

/** The completion script for zsh: a file `_diskbios` in a folder of `$fpath`, or sourced. */
export function zshScript(root: CommandModel): string {
  return `#compdef diskbios
# zsh completion for diskbios
# Try it:  source <(diskbios completion zsh)

${allCommands(root).map(commandFunction).join('\n')}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _diskbios "$@"
else
  compdef _diskbios diskbios
fi
`;
}
