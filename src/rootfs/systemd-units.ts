import type { Entry } from '../formats/tree.ts';
import { maker } from './make.ts';
import type { FinishStep, InstalledPackage } from './types.ts';

const units = 'usr/lib/systemd/system';
const enabled = 'etc/systemd/system';

/** Units that postinst scripts enable by themselves, not by debhelper's words. */
const byHand: Readonly<Record<string, readonly string[]>> = {
  systemd: ['getty@tty1.service', 'remote-fs.target'],
};

/** Names of units that a package enables when it is installed. */
export function enabledUnits({ name, scripts }: InstalledPackage): string[] {
  const words = [...(scripts.postinst ?? '').matchAll(/deb-systemd-helper\s+enable\s+'?([\w@.:-]+)'?/g)];
  return [...(byHand[name] ?? []), ...words.map(([, unit = '']) => unit)];
}

/** Values of a key in the section `[Install]`, split at blanks. */
export function installWords(unit: string, key: string): string[] {
  const [, section = ''] = /^\[Install\]\s*$([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(unit) ?? [];
  const lines = section.matchAll(new RegExp(`^${key}\\s*=(.*)$`, 'gm'));
  return [...lines].flatMap(([, words = '']) => words.trim().split(/\s+/)).filter((word) => word !== '');
}

/** Links what packages' scripts enable, as `systemctl enable` does. */
export const systemdUnits: FinishStep = {
  name: 'systemd units',
  async run({ tree, read, packages, epoch }) {
    const make = maker(this.name, epoch);
    const entries: Entry[] = [];
    for (const unit of new Set(packages.flatMap(enabledUnits))) {
      const file = unit.replace(/@[^.]*\./, '@.');
      const found = tree.resolve(`${units}/${file}`);
      if (found?.type !== 'file') continue;
      const text = (await read(found)).toString('utf8');
      const link = (folder: string, name: string): Entry =>
        make.link(`${enabled}/${folder}${name}`, `/${units}/${file}`);
      const [instance] = unit.includes('@.') ? installWords(text, 'DefaultInstance') : [];
      const name = instance === undefined ? unit : unit.replace('@.', `@${instance}.`);
      entries.push(
        ...installWords(text, 'WantedBy').map((target) => link(`${target}.wants/`, name)),
        ...installWords(text, 'RequiredBy').map((target) => link(`${target}.requires/`, name)),
        ...installWords(text, 'Alias').map((alias) => link('', alias)),
      );
    }
    return { entries, warnings: [] };
  },
};
