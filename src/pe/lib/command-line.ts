import { type Mode, modes, parameters } from '../../base/cmdline.ts';
import { nearest } from '../../base/suggest.ts';
import { engineNames, nameProblem } from '../../base/system.ts';
import { dirProblem, systemPathProblem } from '../../base/system-path.ts';
import { visible } from '../../base/visible.ts';
import { isSlot, type Slot } from './boot-disk/slots.ts';
import { parseWish } from './systems/data-volumes.ts';

/** What the kernel command line asks this boot to do. */
export interface BootChoice {
  readonly mode: Mode;
  readonly system: string | undefined;
  /** `name` or `name:engine`. `undefined`: those marked autostart. */
  readonly systems: readonly string[] | undefined;
  readonly console: string | undefined;
  /** Comma lists. */
  readonly dir: string | undefined;
  readonly data: string | undefined;
  /** The slot of the boot disk that this boot was started from; `undefined`: from something else. */
  readonly slot: Slot | undefined;
  readonly debug: boolean;
  /** One line for each parameter that cannot be followed; each names its parameter. */
  readonly problems: readonly string[];
}

/** The system that gets the screen and the keyboard, if it runs. */
export const screenOwner = ({ mode, console }: Pick<BootChoice, 'mode' | 'console'>): string | undefined =>
  mode === 'dual' ? console : undefined;

function nameMistake(name = ''): string | undefined {
  const wrong = nameProblem(name);
  return wrong === undefined ? undefined : `is not the name of a system: ${wrong}`;
}

/** Of a comma list. */
function firstWrong(list: string, problem: (item: string) => string | undefined): string | undefined {
  for (const item of list.split(',')) {
    const wrong = problem(item);
    if (wrong !== undefined) return list.includes(',') ? `has an item '${item}' that ${wrong}` : wrong;
  }
  return undefined;
}

type Name = (typeof parameters)[number]['name'];

/** What is wrong with a value, or `undefined`. */
const checks: Record<Name, (value: string | undefined) => string | undefined> = {
  'diskbios.mode': (value) =>
    modes.some((mode) => mode === value) ? undefined : `is none of ${modes.join(', ')}`,
  'diskbios.system': (value = '') => (value.startsWith('/') ? systemPathProblem(value) : nameMistake(value)),
  'diskbios.systems': (value = '') => {
    for (const item of value.split(',')) {
      const [name = '', engine, ...more] = item.split(':');
      if (more.length > 0) return `has an item '${item}' that is not name[:engine]`;
      const wrong = nameMistake(name);
      if (wrong !== undefined) return `has an item '${item}' that ${wrong}`;
      if (engine !== undefined && !engineNames.some((known) => known === engine))
        return `has an item '${item}' whose engine is none of ${engineNames.join(', ')}`;
    }
    return undefined;
  },
  'diskbios.console': nameMistake,
  'diskbios.dir': (value = '') => firstWrong(value, dirProblem),
  'diskbios.data': (value = '') =>
    firstWrong(value, (item) =>
      parseWish(item) === undefined ? 'is none of LABEL=…, UUID=…, a device, none' : undefined,
    ),
  'diskbios.slot': (value) => (isSlot(value) ? undefined : 'is neither a nor b'),
  'diskbios.debug': (value) => (value === undefined ? undefined : 'takes no value'),
};

const names = parameters.map((parameter) => parameter.name);
const isKnown = (name: string): name is Name => names.some((known) => known === name);

/** Words of a kernel command line; double quotes keep blanks together, as the kernel does it. */
function words(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

/**
 * Reads `/proc/cmdline`. A parameter that cannot be followed becomes a problem and is left out; with any problem the mode
 * is `live`.
 */
export function parseCommandLine(text: string): BootChoice {
  const given: Partial<Record<Name, string>> = {};
  const problems: string[] = [];
  let debug = false;
  for (const written of words(text)) {
    if (!written.startsWith('diskbios.')) continue;
    const word = visible(written);
    if (word !== written) {
      problems.push(`${word} has characters in it that no terminal shows`);
      continue;
    }
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    const value = at < 0 ? undefined : word.slice(at + 1);
    if (!isKnown(name)) {
      const meant = nearest(name, names);
      problems.push(
        `${word}: there is no such parameter${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      );
      continue;
    }
    const wrong = value === undefined && name !== 'diskbios.debug' ? 'needs a value' : checks[name](value);
    if (wrong !== undefined) problems.push(`${word} ${wrong}`);
    else if (name === 'diskbios.debug') debug = true;
    else if (value !== undefined) given[name] = value;
  }
  const asked = modes.find((mode) => mode === given['diskbios.mode']) ?? 'live';
  if (asked === 'takeover' && problems.length === 0 && given['diskbios.system'] === undefined)
    problems.push('diskbios.mode=takeover needs diskbios.system=');
  return {
    mode: problems.length > 0 ? 'live' : asked,
    system: given['diskbios.system'],
    systems: given['diskbios.systems']?.split(','),
    console: given['diskbios.console'],
    dir: given['diskbios.dir'],
    data: given['diskbios.data'],
    slot: isSlot(given['diskbios.slot']) ? given['diskbios.slot'] : undefined,
    debug,
    problems,
  };
}
