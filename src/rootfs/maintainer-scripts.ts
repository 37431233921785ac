import type { Diagnostic } from '../base/errors.ts';
import { reviewedReason } from './reviewed-scripts.ts';
import { meaningfulCommands } from './script-reading.ts';
import type { FinishStep, InstalledPackage } from './types.ts';

const verbs = { preinst: 'install', postinst: 'configure' } as const;

/** The first thing a package's scripts would have done that nothing here stands for. */
function firstLoss({ scripts }: InstalledPackage): string | undefined {
  for (const name of ['preinst', 'postinst'] as const) {
    const text = scripts[name];
    if (text === undefined) continue;
    const interpreter = /^#!\s*\S*?(?:env\s+)?([\w.-]+)(?:\s|$)/.exec(text)?.[1];
    if (interpreter === undefined || !/^(?:ba|da)?sh$/.test(interpreter)) {
      return `${name} is a program (${interpreter ?? 'binary'})`;
    }
    const [first] = meaningfulCommands(text, verbs[name]);
    if (first !== undefined) return `${name}: ${first.replace(/\s+/g, ' ').slice(0, 120)}`;
  }
  return undefined;
}

/** Path triggers that only concern running daemons, caches that programs do without, and upgrades. */
const idleTriggers =
  /^\/(?:etc|usr\/share)\/dbus-1\/|^\/(?:usr\/)?lib\/(?:udev|systemd|binfmt\.d|sysctl\.d)\b|\/gio\/modules$|^\/usr\/lib(?:o|x)?32$|^\/usr\/share\/(?:man|info|doc|applications|icons|mime|menu|lintian)\b/;

/** Directories whose files one package would have processed for others when they are installed (deb-triggers(5)). */
function lostTriggers(one: InstalledPackage, packages: readonly InstalledPackage[]): string | undefined {
  for (const [, path = ''] of (one.scripts.triggers ?? '').matchAll(/^interest(?:-\w+)?\s+(\/\S+)/gm)) {
    if (idleTriggers.test(path)) continue;
    const below = `${path.slice(1)}/`;
    const other = packages.find(
      ({ name, files }) => name !== one.name && files.some((file) => file.startsWith(below)),
    );
    if (other !== undefined) return `trigger: the files of ${other.name} in ${path}`;
  }
  return undefined;
}

/** A warning for each package whose script would have mattered and is covered by no step. */
export const maintainerScripts: FinishStep = {
  name: 'maintainer scripts',
  run({ packages }) {
    const warnings = packages.flatMap((one): Diagnostic[] => {
      const script = reviewedReason(one.name) === undefined ? firstLoss(one) : undefined;
      const loss = script ?? lostTriggers(one, packages);
      if (loss === undefined) return [];
      return [
        {
          code: 'script-not-run',
          message: `the package ${one.name} sets something up when it is installed, which this build does not do (${loss})`,
          hint: 'no maintainer script runs here; if the PE needs what it makes, put it under `pe.files`',
        },
      ];
    });
    return { entries: [], warnings };
  },
};
