import { type Mode, modes, parameters } from '../../base/cmdline.ts';
import { nearest } from '../../base/suggest.ts';

/** What the kernel command line asks this boot to do. */
export interface BootChoice {
  readonly mode: Mode;
  readonly system: string | undefined;
  /** `undefined`: those marked autostart. */
  readonly systems: readonly string[] | undefined;
  readonly console: string | undefined;
  readonly dir: string | undefined;
  readonly data: string | undefined;
  readonly debug: boolean;
  /** One line for each parameter that cannot be followed; each names its parameter. */
  readonly problems: readonly string[];
}

const systemName = /^[a-z0-9][a-z0-9._-]*$/i;
const available: readonly Mode[] = ['live'];

type Name = (typeof parameters)[number]['name'];

/** What is wrong with a value, or `undefined`. */
const checks: Record<Name, (value: string | undefined) => string | undefined> = {
  'diskbios.mode': (value) =>
    modes.some((mode) => mode === value) ? undefined : `is none of ${modes.join(', ')}`,
  'diskbios.system': (value = '') =>
    systemName.test(value) || /^\/[^/]/.test(value)
      ? undefined
      : 'is neither the name of a system nor an absolute path',
  'diskbios.systems': (value = '') => {
    const wrong = value.split(',').find((item) => !/^[a-z0-9][a-z0-9._-]*(:[a-z]+)?$/i.test(item));
    return wrong === undefined ? undefined : `has an item '${wrong}' that is not name[:engine]`;
  },
  'diskbios.console': (value = '') => (systemName.test(value) ? undefined : 'is not the name of a system'),
  'diskbios.dir': (value = '') => (value.startsWith('/') ? undefined : 'is not an absolute path'),
  'diskbios.data': (value = '') =>
    value === 'none' || /^(LABEL|UUID)=.|^\/dev\/./.test(value)
      ? undefined
      : 'is none of LABEL=…, UUID=…, a device, none',
  'diskbios.debug': (value) => (value === undefined ? undefined : 'takes no value'),
};

const names = parameters.map((parameter) => parameter.name);
const isKnown = (name: string): name is Name => names.some((known) => known === name);

/** Words of a kernel command line; double quotes keep blanks together, as the kernel does it. */
function words(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

/**
 * Reads `/proc/cmdline`. A parameter that cannot be followed becomes a problem and is left out; with any problem, and
 * with a mode that this version does not have, the mode is `live`.
 */
export function parseCommandLine(text: string): BootChoice {
  const given: Partial<Record<Name, string>> = {};
  const problems: string[] = [];
  let debug = false;
  for (const word of words(text)) {
    if (!word.startsWith('diskbios.')) continue;
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
  if (!available.includes(asked))
    problems.push(`diskbios.mode=${asked} is not available in this version yet`);
  else if (asked === 'takeover' && given['diskbios.system'] === undefined) {
    problems.push('diskbios.mode=takeover needs diskbios.system=');
  }
  return {
    mode: problems.length > 0 ? 'live' : asked,
    system: given['diskbios.system'],
    systems: given['diskbios.systems']?.split(','),
    console: given['diskbios.console'],
    dir: given['diskbios.dir'],
    data: given['diskbios.data'],
    debug,
    problems,
  };
}
