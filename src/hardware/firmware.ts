import { globToRegExp, isGlob } from '../formats/glob.ts';
import type { Entry } from '../formats/tree.ts';
import { firmwarePackage } from './firmware-packages.ts';

/** A module and the `firmware=` fields of its `.modinfo`: paths below /usr/lib/firmware, or globs of them. */
export interface FirmwareNeed {
  readonly module: string;
  readonly firmware: readonly string[];
}

interface FirmwareSource {
  readonly package: string;
  /** Everything the package brings. */
  readonly entries: readonly Entry[];
}

/** A module of which no firmware was found at all. */
export interface LackingFirmware extends FirmwareNeed {
  /** Debian's package that has it, which the recipe does not use; `undefined`: none has. */
  readonly package: string | undefined;
}

export interface ChosenFirmware {
  /** Files and links, with the paths that they get. */
  readonly entries: readonly Entry[];
  /** Packages that something was taken from, in order. */
  readonly packages: readonly string[];
  readonly lacking: readonly LackingFirmware[];
}

const folder = 'usr/lib/firmware/';
/** Where Debian's packages have it, before and after the folders were merged. */
const inPackages = /^(?:usr\/)?lib\/firmware\//;

/** Modules that do without the firmware they name: it only brings faults right, or the device has its own. */
const optional = new Set(['isci', 'xhci_pci_renesas', 'tg3', 'ice', 'e100']);

/**
 * Finds firmware in packages: the files that modules name, or those that fit globs; links with what they lead to.
 * @param wanted `auto`: what the modules name; else globs
 * @param asked what the drivers of one certain machine asked for: of a module that names some of these, only these
 */
export function chooseFirmware(
  needs: readonly FirmwareNeed[],
  sources: readonly FirmwareSource[],
  wanted: 'auto' | readonly string[],
  asked: readonly string[] = [],
): ChosenFirmware {
  const index = new Map<string, { readonly package: string; readonly entry: Entry }>();
  for (const source of sources) {
    for (const entry of source.entries) {
      if (entry.type === 'dir' || !inPackages.test(entry.path)) continue;
      index.set(entry.path.replace(inPackages, ''), { package: source.package, entry });
    }
  }
  const taken = new Map<string, string>();
  const take = (pattern: string): boolean => {
    const names = isGlob(pattern)
      ? [...index.keys()].filter((name) => globToRegExp(pattern).test(name))
      : [pattern];
    const found = names.map((name) => {
      const steps = follow(name, (path) => index.get(path)?.entry);
      for (const step of steps) taken.set(step, index.get(step)?.package ?? '');
      return steps.length > 0;
    });
    return found.includes(true);
  };
  const lacking: LackingFirmware[] = [];
  if (wanted !== 'auto') for (const glob of wanted) take(glob.replace(/^\/?(usr\/)?(lib\/firmware\/)?/, ''));
  else {
    for (const need of needs) {
      const own = need.firmware.filter((path) => asked.includes(path));
      const found = (own.length > 0 ? own : need.firmware).map(take);
      if (need.firmware.length === 0 || found.includes(true) || optional.has(need.module)) continue;
      const from = need.firmware.map((path) => firmwarePackage(path)).find((name) => name !== undefined);
      lacking.push({ ...need, package: from });
    }
  }
  const entries = [...taken.keys()].sort().flatMap((name): Entry[] => {
    const entry = index.get(name)?.entry;
    return entry === undefined ? [] : [{ ...entry, path: `${folder}${name}` }];
  });
  return { entries, packages: [...new Set(taken.values())].sort(), lacking };
}

const mostLinks = 16;

/** The links on the way to a file, and the file; empty where it leads nowhere. */
function follow(name: string, at: (path: string) => Entry | undefined): string[] {
  const steps: string[] = [];
  let path = name;
  for (let links = 0; links < mostLinks; links += 1) {
    const parts = path.split('/');
    const lengths = parts.map((_, i) => i + 1);
    const stop = lengths.find((length) => at(parts.slice(0, length).join('/')) !== undefined);
    if (stop === undefined) return [];
    const reached = parts.slice(0, stop).join('/');
    const entry = at(reached);
    if (entry?.type === 'file') return stop === parts.length ? [...steps, reached] : [];
    if (entry?.type !== 'symlink') return [];
    steps.push(reached);
    const target = resolveLink(reached, entry.target);
    if (target === undefined) return [];
    path = [target, ...parts.slice(stop)].join('/');
  }
  return [];
}

/** Where a link leads, below the folder of firmware; `undefined`: out of it. */
function resolveLink(link: string, target: string): string | undefined {
  const absolute = target.startsWith('/') ? target.slice(1) : undefined;
  if (absolute !== undefined) return inPackages.test(absolute) ? absolute.replace(inPackages, '') : undefined;
  const parts = link.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '.' || part === '') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** What to tell of modules without firmware: those that a package has, with its name, and those that none has. */
export function lackingWarnings(lacking: readonly LackingFirmware[]): string[] {
  const named = ({ module, firmware }: FirmwareNeed): string =>
    `${module} (${firmware.slice(0, 2).join(', ')}${firmware.length > 2 ? ', …' : ''})`;
  const nowhere = lacking.filter((each) => each.package === undefined);
  const elsewhere = lacking.flatMap((each) =>
    each.package === undefined
      ? []
      : [
          `the firmware of ${named(each)} is in ${each.package}, which the recipe does not use: its files can be named in \`hardware.firmware\``,
        ],
  );
  return nowhere.length === 0
    ? elsewhere
    : [...elsewhere, `no package of Debian’s has the firmware of ${nowhere.map(named).join(', ')}`];
}
