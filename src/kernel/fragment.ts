/**
 * Kernel configurations as text (Linux, Documentation/kbuild/kconfig.rst): `CONFIG_NAME=value`, and
 * `# CONFIG_NAME is not set` for what is off, one to a line.
 */

/** What a configuration says of one option. */
export interface Setting {
  /** Without `CONFIG_`. */
  readonly name: string;
  /** As it is written: `y`, `m`, `n` (also for "is not set"), `123`, `0x10`, `"text"`. */
  readonly value: string;
  /** Of the line without blanks around it, as UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

export interface FragmentMistake {
  readonly code: 'bad-option' | 'option-twice';
  readonly message: string;
  readonly expected?: string;
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}

const notSet = /^#\s*CONFIG_(\w+) is not set$/;
const assignment = /^CONFIG_(\w+)=(.*)$/;
const value = /^([ymn]|-?\d+|0[xX][\dA-Fa-f]+|"(?:[^"\\]|\\.)*")$/;
const wanted = 'a line such as `CONFIG_NET=y`, `# CONFIG_SWAP is not set` or `CONFIG_HZ=100`';

/** Reads a fragment. A line that is wrong is left out of the settings. */
export function parseFragment(text: string): { settings: Setting[]; mistakes: FragmentMistake[] } {
  const settings = new Map<string, Setting>();
  const mistakes: FragmentMistake[] = [];
  let at = 0;
  for (const whole of text.split('\n')) {
    const line = whole.trim();
    const start = at + whole.indexOf(line);
    const span = { start, end: start + line.length };
    at += whole.length + 1;
    if (line === '') continue;
    const found = settingOf(line);
    if (found === undefined) {
      const wrong = wrongLine(line);
      if (wrong !== undefined) mistakes.push({ ...wrong, ...span });
      continue;
    }
    const before = settings.get(found.name);
    if (before !== undefined && before.value !== found.value) {
      mistakes.push({
        code: 'option-twice',
        message: `CONFIG_${found.name} is ${shown(before.value)} further up in this file, and ${shown(found.value)} here`,
        expected: 'one line for each option',
        ...span,
      });
    } else settings.set(found.name, { ...found, ...span });
  }
  return { settings: [...settings.values()], mistakes };
}

function settingOf(line: string): { name: string; value: string } | undefined {
  const off = notSet.exec(line)?.[1];
  if (off !== undefined) return { name: off, value: 'n' };
  const [, name, written] = assignment.exec(line) ?? [];
  if (name === undefined || written === undefined || !value.test(written)) return undefined;
  return { name, value: written };
}

/** `undefined`: a comment. */
function wrongLine(
  line: string,
): Pick<FragmentMistake, 'code' | 'message' | 'expected' | 'hint'> | undefined {
  const code = 'bad-option' as const;
  if (line.startsWith('#')) {
    // Hardly a comment: one word less and the line would do nothing.
    if (!/^#\s*(CONFIG_)?\w+ (is )?not set\.?$/.test(line) && !/^#+\s*CONFIG_\w+=\S+$/.test(line))
      return undefined;
    if (/^#+\s*CONFIG_\w+=/.test(line)) return undefined;
    const name = /^#\s*(?:CONFIG_)?(\w+)/.exec(line)?.[1] ?? 'NAME';
    return { code, message: 'this line is a comment', expected: `\`# CONFIG_${name} is not set\`` };
  }
  const [, name, written] = assignment.exec(line) ?? [];
  if (name !== undefined && written !== undefined) {
    if (/^([ymn]|-?\d+|0[xX][\dA-Fa-f]+|".*")\s+#/.test(written))
      return {
        code,
        message: 'nothing may follow the value',
        hint: 'put the comment into a line of its own above',
      };
    return {
      code,
      message: `\`${written}\` is no value of an option`,
      expected: '`y`, `m`, `n`, a number, or a text in double quotes',
    };
  }
  const bare = /^([A-Z0-9_]+)=/.exec(line)?.[1];
  return {
    code,
    message: `\`${line.slice(0, 60)}\` is no setting`,
    expected: wanted,
    ...(bare === undefined ? {} : { hint: `did you mean \`CONFIG_${line}\`?` }),
  };
}

/** A value for a person. */
export function shown(setting: string): string {
  return setting === 'n' ? '"is not set"' : setting;
}

/** The line that sets an option. */
export function settingLine(name: string, setting: string): string {
  return setting === 'n' ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${setting}`;
}

/** A finished configuration (`.config`); what it does not name is off. */
export function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const found = settingOf(line.trim());
    if (found !== undefined) values.set(found.name, found.value);
  }
  return values;
}
