import { type Expression, evaluate, type Values } from './expression.ts';
import type { Definition, Kconfig } from './kconfig.ts';

interface Known {
  readonly kconfig: Kconfig;
  readonly values: Values;
}

/** Options and the values they must get. */
export type Settings = ReadonlyMap<string, string>;

/** So deep, options depend on options that depend on options … */
const deepest = 12;

/** What must be set so that an option can be: itself is not among it. `undefined`: no way was found. */
export function settingsFor(definition: Definition, known: Known): Settings | undefined {
  return all([definition.depends, definition.prompt?.visible], known, new Set([definition.name]));
}

function all(
  parts: readonly (Expression | undefined)[],
  known: Known,
  above: ReadonlySet<string>,
): Settings | undefined {
  const found = new Map<string, string>();
  for (const part of parts) {
    if (part === undefined) continue;
    const settings = toHold(part, known, above);
    if (settings === undefined) return undefined;
    for (const [name, value] of settings) {
      if ((found.get(name) ?? value) !== value) return undefined;
      found.set(name, value);
    }
  }
  return found;
}

/** The fewest settings with which an expression holds. */
function toHold(expression: Expression, known: Known, above: ReadonlySet<string>): Settings | undefined {
  if (evaluate(expression, known.values) === 'y') return new Map();
  switch (expression.kind) {
    case 'symbol':
      return toBeOn(expression.name, known, above);
    case 'and':
      return all([expression.left, expression.right], known, above);
    case 'or': {
      const ways = [expression.left, expression.right].flatMap((side) => toHold(side, known, above) ?? []);
      return ways.sort((a, b) => a.size - b.size)[0];
    }
    case 'not':
      return expression.of.kind === 'symbol' ? new Map([[expression.of.name, 'n']]) : undefined;
    case 'compare':
      return toCompare(expression, known, above);
    case 'text':
    case 'macro':
      return undefined;
  }
}

function toCompare(
  { operator, left, right }: Extract<Expression, { kind: 'compare' }>,
  known: Known,
  above: ReadonlySet<string>,
): Settings | undefined {
  if (left.kind !== 'symbol' || right.kind !== 'text') return undefined;
  if ((operator === '=' && right.text === 'y') || (operator === '!=' && right.text === 'n'))
    return toBeOn(left.name, known, above);
  if (operator === '=' && right.text === 'n') return new Map([[left.name, 'n']]);
  return undefined;
}

/** By its own prompt; an option without one is on when another selects it. */
function toBeOn(name: string, known: Known, above: ReadonlySet<string>): Settings | undefined {
  if (above.has(name) || above.size > deepest) return undefined;
  const inside = new Set([...above, name]);
  const definitions = known.kconfig.definitions.get(name) ?? [];
  const ways: Settings[] = definitions.flatMap(({ prompt, depends }) => {
    if (prompt === undefined) return [];
    const rest = all([depends, prompt.visible], known, inside);
    return rest === undefined ? [] : [new Map([...rest, [name, 'y']])];
  });
  if (ways.length === 0 && above.size < 4) {
    for (const { by, when } of known.kconfig.selectorsOf(name)) {
      if (by.prompt === undefined || inside.has(by.name)) continue;
      const rest = all([by.depends, by.prompt.visible, when], known, new Set([...inside, by.name]));
      if (rest !== undefined) ways.push(new Map([...rest, [by.name, 'y']]));
    }
  }
  return ways.sort((a, b) => a.size - b.size)[0];
}
