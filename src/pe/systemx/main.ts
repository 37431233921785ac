import { UserError } from '../../base/errors.ts';
import { print, printError, readText } from '../host.ts';
import type { Verb } from './command.ts';
import { verbs } from './commands/registry.ts';
import { printLines } from './output.ts';
import { parse } from './parse.ts';

/** The manager as a function of its words; returns the exit code. What most verbs do without is read when it is needed. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    const [verb, ...rest] = words;
    const helped = verb === 'help' ? rest[0] : undefined;
    if (helped !== undefined) return await main([helped, '--help']);
    if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
      const { overview } = await import('./help.ts');
      printLines(overview(await Promise.all(shown().map((one) => one.load()))));
      return 0;
    }
    if (verb === '--version') {
      const { parseJson } = await import('../../base/parse-json.ts');
      const pe = parseJson(readText('/etc/diskbios/pe.json')) as
        | { name?: string; version?: string }
        | undefined;
      print(`systemx of ${pe?.name ?? 'diskbios'} ${pe?.version ?? ''}`);
      return 0;
    }
    const known = verbs.find(({ name }) => name === verb);
    if (known === undefined) throw await unknownVerb(verb);
    const command = await known.load();
    const parsed = parse(command, rest);
    if (!parsed.help) return await command.run(parsed);
    const { helpOf } = await import('./help.ts');
    printLines(helpOf(command));
    return 0;
  } catch (error) {
    const { report } = await import('./report.ts');
    const { lines, code } = report(error);
    for (const line of lines) printError(line);
    return code;
  }
}

/** Those that people use. */
const shown = (): readonly Verb[] => verbs.filter(({ name }) => !name.startsWith('_'));

async function unknownVerb(verb: string): Promise<UserError> {
  const { nearest } = await import('../../base/suggest.ts');
  const meant = nearest(
    verb,
    shown().map(({ name }) => name),
  );
  return new UserError({
    code: 'unknown-verb',
    message: `there is no verb ${verb}`,
    hint: meant === undefined ? 'systemx --help lists them' : `did you mean systemx ${meant}?`,
  });
}
