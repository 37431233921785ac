import { grubEnvSize, grubEnvSignature as signature } from '../../../base/grub-env.ts';
import { nameProblem } from '../../../base/system.ts';

/** What the boot menu learns from the data volume: `<home>/.pe/grubenv`, read by `grub/systems.cfg.in`. */
export interface BootEntries {
  /** Each gets an entry that hands the machine over to it. */
  readonly systems: readonly string[];
  /** Started where nobody chooses; `undefined`: what the recipe says. */
  readonly default: string | undefined;
  /** The same, for one boot. */
  readonly once: string | undefined;
}

export const noBootEntries: BootEntries = { systems: [], default: undefined, once: undefined };

const isName = (text: string | undefined): text is string =>
  text !== undefined && nameProblem(text) === undefined;

/**
 * Reads an environment block (GRUB manual, "The GRUB environment block"). What is damaged or was written by somebody else is
 * left out; a text that is no such block says nothing.
 */
export function readGrubenv(text: string | undefined): BootEntries {
  if (text?.startsWith(signature) !== true) return noBootEntries;
  const values = new Map<string, string>();
  for (const line of text.slice(0, grubEnvSize).split('\n')) {
    const at = line.indexOf('=');
    if (at > 0 && !line.startsWith('#')) values.set(line.slice(0, at), line.slice(at + 1));
  }
  const one = (key: string): string | undefined => {
    const value = values.get(key);
    return isName(value) ? value : undefined;
  };
  return {
    systems: (values.get('diskbios_systems') ?? '').split(' ').filter(isName),
    default: one('diskbios_default'),
    once: one('diskbios_once'),
  };
}

/**
 * The block as text of exactly `grubEnvSize` ASCII characters. What the menu starts by itself has an entry in any case; of the
 * other systems as many as fit, by name. Default and once must be among the systems, else they are left out.
 */
export function grubenvText({ systems, ...entries }: BootEntries): string {
  const known = [...new Set(systems.filter(isName))].sort();
  const chosen = (name: string | undefined): string =>
    name !== undefined && known.includes(name) ? name : '';
  const [usual, once] = [chosen(entries.default), chosen(entries.once)];
  // What GRUB clears comes last, so that it moves nothing else.
  const block = (names: readonly string[]): string =>
    `${signature}diskbios_systems=${names.join(' ')}\ndiskbios_default=${usual}\ndiskbios_once=${once}\n`;
  const first = known.filter((name) => name === usual || name === once);
  const fit = first.slice();
  for (const name of known) {
    if (fit.includes(name)) continue;
    if (block([...fit, name]).length > grubEnvSize) break;
    fit.push(name);
  }
  return block(fit.sort()).padEnd(grubEnvSize, '#');
}
