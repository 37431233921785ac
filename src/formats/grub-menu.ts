/** One entry of a GRUB menu. */
export interface GrubEntry {
  readonly title: string;
  /** What `default` may name it by, where it has one (`--id`). */
  readonly id: string | undefined;
  /** Titles of the submenus it is in, outermost first. */
  readonly within: readonly string[];
  /** What `linux` loads; `undefined` for entries that start something else. */
  readonly kernel: string | undefined;
  readonly cmdline: readonly string[];
  readonly initrds: readonly string[];
}

export interface GrubMenu {
  /** Seconds, where it is set to a number. */
  readonly timeout: number | undefined;
  /** Title of the entry that starts by itself; what is set, where that names no entry. */
  readonly default: string | undefined;
  readonly entries: readonly GrubEntry[];
}

type Word = string | { readonly mark: ';' | '{' | '}' };

/** Splits a configuration into words as GRUB's script language does (GRUB manual, "Quoting"). */
function* words(text: string): Generator<Word> {
  const pattern =
    /\\\n|[^\S\n]+|#[^\n]*|([;\n])|([{}])(?=\s|$|;)|((?:[^\s;'"\\]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")+)|[^]/gu;
  for (const [, end, brace, word] of text.matchAll(pattern)) {
    if (end !== undefined) yield { mark: ';' };
    else if (brace !== undefined) yield { mark: brace as '{' | '}' };
    else if (word !== undefined) yield unquote(word);
  }
}

function unquote(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\\n|\\([^])/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["$\\\n])/g, (__, c: string) => (c === '\n' ? '' : c)) ?? escaped ?? '',
  );
}

interface Open {
  readonly kind: 'entry' | 'submenu' | 'other';
  readonly title: string;
  readonly id: string | undefined;
}

/**
 * Reads the menu out of a `grub.cfg`. Conditions are not evaluated: an entry inside an `if` counts.
 * @param set variables that are set before
 */
export function readGrubMenu(text: string, set: Readonly<Record<string, string>> = {}): GrubMenu {
  const variables = new Map<string, string>(Object.entries(set));
  const entries: GrubEntry[] = [];
  const open: Open[] = [];
  let current: { kernel?: string; cmdline: string[]; initrds: string[] } | undefined;
  let command: string[] = [];

  const expand = (word: string): string =>
    word.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => variables.get(name) ?? whole);

  /** What a variable brings is split at blanks; what stands in quotes is not. */
  const split = (word: string): string[] => {
    const expanded = expand(word);
    return expanded === word ? [word] : expanded.split(/\s+/).filter((part) => part !== '');
  };

  function finish(): void {
    const [name = '', ...args] = command;
    command = [];
    if (name === 'set') {
      const [key = '', value = ''] = (args[0] ?? '').split(/=(.*)/s);
      variables.set(key, expand(value));
    } else if (current !== undefined && /^linux(16|efi)?$/.test(name)) {
      const [kernel, ...cmdline] = args.flatMap(split);
      if (kernel !== undefined) current.kernel = kernel;
      current.cmdline = cmdline;
    } else if (current !== undefined && /^initrd(16|efi)?$/.test(name)) current.initrds = args.map(expand);
  }

  function openBlock(): void {
    const [name = '', title = '', ...flags] = command;
    command = [];
    const id =
      flags.find((_, i) => flags[i - 1] === '--id') ??
      flags.find((flag) => flag.startsWith('--id='))?.slice(5);
    const kind = name === 'menuentry' ? 'entry' : name === 'submenu' ? 'submenu' : 'other';
    open.push({ kind, title: expand(title), id });
    if (kind === 'entry') current = { cmdline: [], initrds: [] };
  }

  function closeBlock(): void {
    finish();
    const block = open.pop();
    if (block?.kind !== 'entry' || current === undefined) return;
    const within = open.filter((outer) => outer.kind === 'submenu').map((outer) => outer.title);
    const { kernel, cmdline, initrds } = current;
    entries.push({ title: block.title, id: block.id, within, kernel, cmdline, initrds });
    current = undefined;
  }

  for (const word of words(text)) {
    if (typeof word === 'string') command.push(word);
    else if (word.mark === '{') openBlock();
    else if (word.mark === '}') closeBlock();
    else finish();
  }
  finish();
  const timeout = variables.get('timeout');
  return {
    timeout: timeout !== undefined && /^-?\d+$/.test(timeout) ? Number(timeout) : undefined,
    default: defaultTitle(variables.get('default'), entries),
    entries,
  };
}

/** `default` may be an id, a title, or a number that counts the top level from 0. */
function defaultTitle(set: string | undefined, entries: readonly GrubEntry[]): string | undefined {
  const named = entries.find((entry) => entry.id === set || entry.title === set);
  const counted = /^\d+$/.test(set ?? '')
    ? entries.filter((entry) => entry.within.length === 0)[Number(set)]
    : undefined;
  return (named ?? counted)?.title ?? set;
}
