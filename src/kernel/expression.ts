/** Expressions of Kconfig files (Linux, Documentation/kbuild/kconfig-language.rst, "Menu dependencies"). */
export type Expression =
  | { readonly kind: 'symbol'; readonly name: string }
  /** A literal, or a macro such as `$(cc-option,-mfoo)`, of which nobody outside Kconfig knows the value. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'macro'; readonly text: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    };

/** Values of options in a finished configuration, and of those that a file defines itself. */
export type Values = (name: string) => string;

export type Tristate = 'n' | 'm' | 'y';

const order: Readonly<Record<Tristate, number>> = { n: 0, m: 1, y: 2 };

const token =
  /\s*(\$\([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|&&|\|\||!=|<=|>=|[!=<>()]|[\w.-]+)/y;

/** The words of a line; `if` among them is a word like any other. */
export function tokens(text: string): string[] {
  const found: string[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) found.push(match[1] ?? '');
  return found;
}

/** Reads an expression; `undefined` where it is none. */
export function parseExpression(text: string): Expression | undefined {
  const words = tokens(text);
  let at = 0;
  const or = (): Expression | undefined => chain('||', 'or', () => chain('&&', 'and', unary));
  const chain = (
    operator: string,
    kind: 'and' | 'or',
    next: () => Expression | undefined,
  ): Expression | undefined => {
    let left = next();
    while (left !== undefined && words[at] === operator) {
      at += 1;
      const right = next();
      left = right && { kind, left, right };
    }
    return left;
  };
  const unary = (): Expression | undefined => {
    if (words[at] === '!') {
      at += 1;
      const of = unary();
      return of && { kind: 'not', of };
    }
    if (words[at] === '(') {
      at += 1;
      const inside = or();
      at += 1;
      return inside;
    }
    const left = term();
    const operator = words[at] ?? '';
    if (left === undefined || !['=', '!=', '<', '>', '<=', '>='].includes(operator)) return left;
    at += 1;
    const right = term();
    return right && { kind: 'compare', operator, left, right };
  };
  const term = (): Expression | undefined => {
    const word = words[at];
    at += 1;
    if (word === undefined || /^[&|)=<>]/.test(word)) return undefined;
    if (/^["']/.test(word)) return { kind: 'text', text: word.slice(1, -1) };
    if (word.startsWith('$(')) return { kind: 'macro', text: word };
    if (['y', 'm', 'n'].includes(word) || /^-?(\d+|0[xX][\dA-Fa-f]+)$/.test(word))
      return { kind: 'text', text: word };
    return { kind: 'symbol', name: word };
  };
  return or();
}

export function both(left: Expression | undefined, right: Expression | undefined): Expression | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : { kind: 'and', left, right };
}

const tristate = (value: string): Tristate => (value === 'y' || value === 'm' ? value : 'n');

/** What an expression comes to. A macro counts as `y`: what Kconfig found out by itself cannot be asked for. */
export function evaluate(expression: Expression, values: Values): Tristate {
  switch (expression.kind) {
    case 'symbol':
      return tristate(values(expression.name));
    case 'text':
      return tristate(expression.text);
    case 'macro':
      return 'y';
    case 'not':
      return { n: 'y', m: 'm', y: 'n' }[evaluate(expression.of, values)] as Tristate;
    case 'and':
    case 'or': {
      const [left, right] = [evaluate(expression.left, values), evaluate(expression.right, values)];
      return order[left] < order[right] === (expression.kind === 'and') ? left : right;
    }
    case 'compare':
      return compare(expression, values) ? 'y' : 'n';
  }
}

function compare(
  { operator, left, right }: Extract<Expression, { kind: 'compare' }>,
  values: Values,
): boolean {
  const word = (side: Expression): string =>
    side.kind === 'symbol'
      ? values(side.name).replace(/^"(.*)"$/, '$1')
      : side.kind === 'text'
        ? side.text
        : '';
  // Of a compiler's property only Kconfig itself knows.
  if (left.kind === 'macro' || right.kind === 'macro') return true;
  const [a, b] = [word(left), word(right)];
  if (operator === '=') return a === b;
  if (operator === '!=') return a !== b;
  const isTristate = (text: string): text is Tristate => Object.hasOwn(order, text);
  const difference = isTristate(a) && isTristate(b) ? order[a] - order[b] : Number(a) - Number(b);
  return operator.startsWith('<')
    ? difference < 0 || (operator === '<=' && difference === 0)
    : difference > 0 || (operator === '>=' && difference === 0);
}

/** As a person would write it in a Kconfig file. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case 'symbol':
      return expression.name;
    case 'text':
      return /^([ymn]|-?\w+)$/.test(expression.text) ? expression.text : JSON.stringify(expression.text);
    case 'macro':
      return expression.text;
    case 'not':
      return expression.of.kind === 'and' || expression.of.kind === 'or'
        ? `!(${expressionText(expression.of)})`
        : `!${expressionText(expression.of)}`;
    case 'compare':
      return `${expressionText(expression.left)}${expression.operator}${expressionText(expression.right)}`;
    case 'and':
    case 'or': {
      const side = (one: Expression): string =>
        expression.kind === 'and' && one.kind === 'or' ? `(${expressionText(one)})` : expressionText(one);
      return `${side(expression.left)} ${expression.kind === 'and' ? '&&' : '||'} ${side(expression.right)}`;
    }
  }
}

/** The parts that all have to hold. */
export function conjuncts(expression: Expression | undefined): Expression[] {
  if (expression === undefined) return [];
  return expression.kind === 'and'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}
