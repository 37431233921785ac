import { both, type Expression, parseExpression, tokens } from './expression.ts';

/**
 * What Kconfig files say of options (Linux, Documentation/kbuild/kconfig-language.rst): enough to tell why one cannot be set.
 * Help texts, ranges and defaults' values are left out, macros are not run.
 */

/** One place where an option is defined; there may be several. */
export interface Definition {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** `bool`, `tristate`, `string`, `int`, `hex`; empty where another definition says it. */
  type: string;
  /** Its own `depends on`, and those of the menus and `if`s around it. */
  depends: Expression | undefined;
  /** What its prompt needs beside that; `undefined`: it has none, and only other options can set it. */
  prompt: { readonly visible: Expression | undefined } | undefined;
  /** Options that it selects (or implies), and when. */
  readonly selects: {
    readonly name: string;
    readonly when: Expression | undefined;
    readonly weak: boolean;
  }[];
  readonly hasDefault: boolean[];
  /** The choice that it is one of. */
  readonly choice: number | undefined;
}

export interface Kconfig {
  readonly definitions: ReadonlyMap<string, readonly Definition[]>;
  /** Options that select this one, and when. */
  selectorsOf(name: string): { readonly by: Definition; readonly when: Expression | undefined }[];
  /** Names of the options of a choice. */
  membersOf(choice: number): string[];
}

interface Block {
  readonly kind: 'menu' | 'if' | 'choice' | 'source';
  depends: Expression | undefined;
  visible: Expression | undefined;
  readonly choice: number | undefined;
}

const types = ['bool', 'tristate', 'string', 'int', 'hex'];

/** Reads `top` and all it sources. @param variables of `$(NAME)` in paths, such as SRCARCH */
export function parseKconfig(
  read: (path: string) => string | undefined,
  top: string,
  variables: Readonly<Record<string, string>>,
): Kconfig {
  const definitions = new Map<string, Definition[]>();
  const blocks: Block[] = [];
  let choices = 0;

  const around = (): Pick<Block, 'depends' | 'visible' | 'choice'> => ({
    depends: blocks.reduce<Expression | undefined>((all, { depends }) => both(all, depends), undefined),
    visible: blocks.reduce<Expression | undefined>((all, { visible }) => both(all, visible), undefined),
    choice: blocks.findLast(({ kind }) => kind === 'choice')?.choice,
  });

  const source = (path: string): void => {
    const text = read(path);
    if (text !== undefined) parseFile(path, text);
  };

  const parseFile = (file: string, text: string): void => {
    const lines = logicalLines(text);
    let now: Definition | undefined;
    let block: Block | undefined;
    let helpIndent: number | undefined;
    for (const { text: line, number, indent } of lines) {
      if (helpIndent !== undefined) {
        if (line === '' || (helpIndent === 0 ? indent > 0 : indent >= helpIndent)) {
          if (helpIndent === 0 && line !== '') helpIndent = indent;
          continue;
        }
        helpIndent = undefined;
      }
      const [, word = '', rest = ''] = /^([\w-]+)\s*(.*)$/.exec(line) ?? [];
      switch (word) {
        case 'config':
        case 'menuconfig': {
          const { depends, visible, choice } = around();
          now = {
            ...{ name: rest.trim(), file, line: number, type: '', depends, prompt: undefined, selects: [] },
            ...{ hasDefault: [], choice },
          };
          block = undefined;
          visibleOf.set(now, visible);
          definitions.set(now.name, [...(definitions.get(now.name) ?? []), now]);
          break;
        }
        case 'menu':
        case 'choice':
          choices += word === 'choice' ? 1 : 0;
          block = {
            kind: word,
            depends: undefined,
            visible: undefined,
            choice: word === 'choice' ? choices : undefined,
          };
          blocks.push(block);
          now = undefined;
          break;
        case 'if':
          blocks.push({ kind: 'if', depends: parseExpression(rest), visible: undefined, choice: undefined });
          [now, block] = [undefined, undefined];
          break;
        case 'endmenu':
        case 'endchoice':
        case 'endif':
          blocks.pop();
          [now, block] = [undefined, undefined];
          break;
        case 'comment':
        case 'mainmenu':
          [now, block] = [undefined, undefined];
          break;
        case 'source':
        case 'osource':
        case 'rsource':
        case 'orsource': {
          [now, block] = [undefined, undefined];
          const path = rest
            .replace(/^"(.*)".*$/, '$1')
            .replace(/\$\((\w+)\)/g, (_, name: string) => variables[name] ?? '');
          const folder = word.includes('rsource') ? file.replace(/[^/]*$/, '') : '';
          source(`${folder}${path}`);
          break;
        }
        case 'help':
          helpIndent = 0;
          break;
        case 'depends': {
          const expression = parseExpression(rest.replace(/^on\s+/, ''));
          if (now !== undefined) now.depends = both(now.depends, expression);
          else if (block !== undefined) block.depends = both(block.depends, expression);
          break;
        }
        case 'visible':
          if (block !== undefined)
            block.visible = both(block.visible, parseExpression(rest.replace(/^if\s+/, '')));
          break;
        default:
          if (now !== undefined) property(now, word, rest);
      }
    }
  };

  const visibleOf = new Map<Definition, Expression | undefined>();
  const property = (now: Definition, word: string, rest: string): void => {
    const { before, condition } = split(rest);
    if (types.includes(word)) {
      now.type = word;
      if (before !== '') now.prompt = { visible: both(visibleOf.get(now), condition) };
    } else if (word === 'prompt') now.prompt = { visible: both(visibleOf.get(now), condition) };
    else if (word === 'def_bool' || word === 'def_tristate') {
      now.type = word.slice(4);
      now.hasDefault.push(true);
    } else if (word === 'default') now.hasDefault.push(true);
    else if (word === 'select' || word === 'imply')
      now.selects.push({ name: before.trim(), when: condition, weak: word === 'imply' });
  };

  source(top);

  let selectors: Map<string, { by: Definition; when: Expression | undefined }[]> | undefined;
  return {
    definitions,
    selectorsOf(name) {
      if (selectors === undefined) {
        selectors = new Map();
        for (const by of [...definitions.values()].flat())
          for (const { name: other, when, weak } of by.selects)
            if (!weak) selectors.set(other, [...(selectors.get(other) ?? []), { by, when }]);
      }
      return selectors.get(name) ?? [];
    },
    membersOf: (choice) =>
      [...definitions.values()].flat().flatMap((one) => (one.choice === choice ? [one.name] : [])),
  };
}

/** `"Prompt" if X` → the part before `if`, and the condition. */
function split(rest: string): { before: string; condition: Expression | undefined } {
  const words = tokens(rest);
  const at = words.indexOf('if');
  if (at === -1) return { before: rest.trim(), condition: undefined };
  return {
    before: words.slice(0, at).join(' '),
    condition: parseExpression(words.slice(at + 1).join(' ')),
  };
}

interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Columns before the text; a tab goes on to the next multiple of eight. */
  readonly indent: number;
}

/** Lines with `\` at their end joined, comments (but for those in quotes) and blanks around taken off. */
function logicalLines(text: string): Line[] {
  const lines: Line[] = [];
  let open: { text: string; number: number; indent: number } | undefined;
  for (const [n, raw] of text.split('\n').entries()) {
    const joined = raw.endsWith('\\');
    const body = joined ? raw.slice(0, -1) : raw;
    if (open === undefined) open = { text: body, number: n + 1, indent: indentOf(body) };
    else open.text += ` ${body.trim()}`;
    if (joined) continue;
    lines.push({ ...open, text: withoutComment(open.text).trim() });
    open = undefined;
  }
  return lines;
}

function indentOf(line: string): number {
  let column = 0;
  for (const letter of line) {
    if (letter === '\t') column += 8 - (column % 8);
    else if (letter === ' ') column += 1;
    else break;
  }
  return column;
}

function withoutComment(line: string): string {
  if (!line.includes('#')) return line;
  return /^((?:[^#"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)/.exec(line)?.[1] ?? line;
}
