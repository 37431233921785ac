import { allCommands, type CommandModel, nameOf, type OptionModel, type Values } from './model.ts';

/** fish knows two escapes inside single quotes. */
const fishQuoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

/** True while this command, and none below it, is being typed. */
function condition(model: CommandModel): string {
  const below = model.commands.map(nameOf);
  const parts = model.path.map((word) => `__fish_seen_subcommand_from ${word}`);
  if (below.length > 0) parts.push(`not __fish_seen_subcommand_from ${below.join(' ')}`);
  return parts.join('; and ');
}

function offered(values: Values): string {
  switch (values.kind) {
    case 'words':
      return `-x -a ${fishQuoted(values.words.join(' '))}`;
    case 'files':
      return values.endings.length === 0
        ? '-r -F'
        : `-k -x -a ${fishQuoted(values.endings.map((ending) => `(__fish_complete_suffix ${ending})`).join(' '))}`;
    case 'folders':
      return "-x -a '(__fish_complete_directories)'";
    case 'anything':
      return '-x';
  }
}

function optionLine(model: CommandModel, option: OptionModel): string {
  const words = ['complete', '-c', 'diskbios'];
  const when = condition(model);
  if (when !== '') words.push('-n', fishQuoted(when));
  if (option.short !== undefined) words.push('-s', option.short.replace(/^-/, ''));
  if (option.long !== undefined) words.push('-l', option.long.replace(/^--/, ''));
  if (option.value !== undefined && !option.optional) words.push(offered(option.value));
  words.push('-d', fishQuoted(option.description));
  return words.join(' ');
}

function commandLines(model: CommandModel): string[] {
  const when = condition(model);
  const lines = model.commands.map(
    (sub) =>
      `complete -c diskbios -n ${fishQuoted(when)} -a ${nameOf(sub)} -d ${fishQuoted(sub.description)}`,
  );
  lines.push(...model.options.map((option) => optionLine(model, option)));
  const last = model.values.at(-1);
  if (last !== undefined && last.kind !== 'anything') {
    lines.push(`complete -c diskbios -n ${fishQuoted(when)} ${offered(last)}`);
  }
  return lines;
}

/** The completion script for fish. */
export function fishScript(root: CommandModel): string {
  const lines = allCommands(root).flatMap(commandLines);
  return `# fish completion for diskbios
# Try it:  diskbios completion fish | source

complete -c diskbios -f
${lines.join('\n')}
`;
}
