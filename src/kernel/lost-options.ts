import { nearest } from '../base/suggest.ts';
import { conjuncts, type Expression, evaluate, expressionText, type Values } from './expression.ts';
import { settingLine, shown } from './fragment.ts';
import { type Definition, type Kconfig, parseKconfig } from './kconfig.ts';
import type { Asked } from './merge.ts';
import { settingsFor } from './needed-options.ts';

/** An option that came out otherwise than it was asked for. */
export interface LostOption {
  readonly asked: Asked;
  readonly message: string;
  readonly expected?: string | undefined;
  readonly hint?: string | undefined;
}

export interface KernelTree {
  /** The text of a file of the source; `undefined` where there is none. */
  readonly read: (path: string) => string | undefined;
  readonly version: string;
}

/** Of `$(SRCARCH)` and the like in Kconfig files, for a PC. */
export const kconfigVariables = { SRCARCH: 'x86', ARCH: 'x86_64', HEADER_ARCH: 'x86', KERNELVERSION: '' };

/** Whether two values mean the same: `0x0F` is `0xf`. */
function same(asked: string, got: string): boolean {
  if (asked === got) return true;
  return /^0[xX]/.test(asked) && /^0[xX]/.test(got) && BigInt(asked) === BigInt(got);
}

/** The options that did not survive, and why not. @param config the finished configuration */
export function lostOptions(
  asked: readonly Asked[],
  config: ReadonlyMap<string, string>,
  tree: KernelTree,
): LostOption[] {
  const lost = asked.filter(({ name, value }) => !same(value, config.get(name) ?? 'n'));
  if (lost.length === 0) return [];
  const kconfig = parseKconfig(tree.read, 'Kconfig', kconfigVariables);
  const values: Values = (name) => config.get(name) ?? 'n';
  const wanted = new Map(asked.map(({ name, value }) => [name, value]));
  return lost.map((one) => ({
    asked: one,
    ...whyLost(one, { kconfig, values, wanted, version: tree.version }),
  }));
}

interface Facts {
  readonly kconfig: Kconfig;
  readonly values: Values;
  /** What all fragments together ask for. */
  readonly wanted: ReadonlyMap<string, string>;
  readonly version: string;
}

type Reason = Omit<LostOption, 'asked'>;

function whyLost({ name, value }: Asked, facts: Facts): Reason {
  const { kconfig, values, version } = facts;
  const definitions = kconfig.definitions.get(name) ?? [];
  if (definitions.length === 0) {
    const near = nearest(name, kconfig.definitions.keys());
    return {
      message: `Linux ${version} has no option CONFIG_${name}`,
      expected: 'an option of this kernel for a PC',
      hint: near === undefined ? undefined : `did you mean CONFIG_${near}?`,
    };
  }
  const wrongType = typeMistake(name, value, definitions);
  if (wrongType !== undefined) return wrongType;
  const what = value === 'n' ? `CONFIG_${name} cannot be off` : `${settingLine(name, value)} has no effect`;
  if (value === 'n') return { message: `${what}: ${whyOn(name, facts)}`, expected: offFor(name, facts) };
  if (value === 'm' && values('MODULES') === 'n')
    return {
      message: `${what}: this kernel has no modules`,
      expected: `\`CONFIG_${name}=y\``,
      hint: 'or add `CONFIG_MODULES=y`',
    };
  const ways = definitions.map((definition) => unmetOf(definition, value, facts));
  const open = definitions.filter((_, n) => ways[n]?.length === 0);
  if (open.length > 0) return { ...whyNot(name, value, open, facts, what) };
  return {
    message: `${what}: ${ways.map((unmet) => dependsOn(unmet, facts)).join('; or ')}`,
    hint: hintFor(name, definitions, facts),
  };
}

function typeMistake(name: string, value: string, definitions: readonly Definition[]): Reason | undefined {
  const type = definitions.map((one) => one.type).find((one) => one !== '') ?? '';
  const fits: Readonly<Record<string, { pattern: RegExp; expected: string }>> = {
    bool: { pattern: /^[yn]$/, expected: '`y` or `n`: it cannot be a module' },
    tristate: { pattern: /^[ymn]$/, expected: '`y`, `m` or `n`' },
    string: { pattern: /^"/, expected: 'a text in double quotes' },
    int: { pattern: /^-?\d+$/, expected: 'a number' },
    hex: { pattern: /^0[xX]/, expected: 'a hexadecimal number such as 0x10' },
  };
  const fit = fits[type];
  if (fit === undefined || fit.pattern.test(value) || (value === 'n' && type !== 'bool')) return undefined;
  return { message: `\`${value}\` is no value for CONFIG_${name}`, expected: fit.expected };
}

/** Parts of what a definition depends on that do not hold; for `y`, a module does not do either. */
function unmetOf(definition: Definition, value: string, { values }: Facts): Expression[] {
  const needed = value === 'y' && definition.type === 'tristate' ? ['y'] : ['y', 'm'];
  return conjuncts(definition.depends).filter((part) => !needed.includes(evaluate(part, values)));
}

function dependsOn(unmet: readonly Expression[], { values }: Facts): string {
  const part = (one: Expression): string => {
    const state = evaluate(one, values) === 'm' ? ' (which is a module only)' : '';
    return one.kind === 'symbol' ? `${one.name}${state}` : `(${expressionText(one)})${state}`;
  };
  return `it depends on ${unmet.map(part).join(' and ')}`;
}

/** Why an option stays off that nothing forbids. */
function whyNot(
  name: string,
  value: string,
  open: readonly Definition[],
  facts: Facts,
  what: string,
): Reason {
  const { kconfig, values } = facts;
  const choice = open.find((one) => one.choice !== undefined)?.choice;
  const chosen =
    choice === undefined
      ? undefined
      : kconfig.membersOf(choice).find((other) => other !== name && values(other) === 'y');
  if (chosen !== undefined)
    return {
      message: `${what}: only one of a choice can be on, and it is CONFIG_${chosen}`,
      hint: facts.wanted.has(chosen) ? `take out CONFIG_${chosen}=y` : undefined,
    };
  const offered = open.filter(({ prompt }) => prompt !== undefined);
  if (offered.length === 0) {
    const selectors = [...new Set(kconfig.selectorsOf(name).map(({ by }) => by.name))];
    return {
      message: `${what}: nobody sets it, ${selectors.length === 0 ? 'it follows from others' : `others select it: ${listed(selectors)}`}`,
      hint: 'take the line out, and ask for what needs it',
    };
  }
  const hidden = offered.flatMap(({ prompt }) =>
    conjuncts(prompt?.visible).filter((part) => evaluate(part, values) === 'n'),
  );
  if (hidden.length > 0)
    return {
      message: `${what}: it is only offered with ${hidden.map(expressionText).join(' and ')}`,
      hint: hintFor(name, open, facts),
    };
  const got = values(name);
  return {
    message: `${what}: it came out as ${shown(got)}`,
    hint:
      value === 'm' && got === 'y'
        ? `something that is built in selects it: ${whyOn(name, facts)}`
        : /^["\d]/.test(value)
          ? 'is the value within its range?'
          : undefined,
  };
}

/** What keeps an option on. */
function whyOn(name: string, { kconfig, values }: Facts): string {
  const selecting = selectorsOn(name, { kconfig, values });
  if (selecting.length > 0) return `it is selected by ${listed(selecting)}`;
  const definitions = kconfig.definitions.get(name) ?? [];
  return definitions.every(({ prompt }) => prompt === undefined)
    ? 'nobody sets it, it follows from others'
    : 'its default is on, and what would offer it is not';
}

function selectorsOn(name: string, { kconfig, values }: Pick<Facts, 'kconfig' | 'values'>): string[] {
  const found = kconfig
    .selectorsOf(name)
    .filter(
      ({ by, when }) => values(by.name) !== 'n' && (when === undefined || evaluate(when, values) !== 'n'),
    )
    .map(({ by }) => by.name);
  return [...new Set(found)];
}

function offFor(name: string, facts: Facts): string | undefined {
  const selecting = selectorsOn(name, facts);
  if (selecting.length === 0) return undefined;
  return `${selecting
    .slice(0, 4)
    .map((one) => `\`# CONFIG_${one} is not set\``)
    .join(', ')} as well, or this line out`;
}

const most = 4;

function listed(names: readonly string[]): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names
    .slice(0, most)
    .map((name) => `CONFIG_${name}`)
    .join(', ')}${more}`;
}

/** The settings that are missing for it; those that are asked for already are told of at their own lines. */
function hintFor(name: string, definitions: readonly Definition[], facts: Facts): string | undefined {
  const { kconfig, values, wanted } = facts;
  const ways = definitions.flatMap((definition) => {
    const found = settingsFor(definition, { kconfig, values });
    return found === undefined ? [] : [found];
  });
  const [fewest] = ways.sort((a, b) => a.size - b.size);
  if (fewest === undefined) return undefined;
  const missing = [...fewest].filter(([other, value]) => other !== name && wanted.get(other) !== value);
  if (missing.length === 0) return undefined;
  return `add ${missing.map(([other, value]) => `\`${settingLine(other, value)}\``).join(', ')}`;
}
