import { parseJson } from '../../base/parse-json.ts';
import type { PeConfig } from '../../base/pe-config.ts';
import { type PersonalFile, personalSummary } from '../../base/personal.ts';
import { makeFolders, removeOne } from '../host/files.ts';
import { syncPaths } from '../host/tree.ts';
import { exists, readText, replaceFile, writeText } from '../host.ts';
import { withRootHash } from '../lib/password.ts';
import {
  type Autostart,
  autostartOf,
  isNew,
  personalised,
  renamedHosts,
  type SeenSettings,
  withKeys,
} from '../lib/personal.ts';
import { withoutPassword } from '../lib/systems/passwords.ts';
import { type Places, peFolder, type SystemsDir } from '../lib/systems/places.ts';
import { writeDurably } from '../systems/durable.ts';
import { personalHashPath } from '../systems/memory.ts';
import { networkPath } from '../systems/own-network.ts';
import { personalConfigPath, readPersonal } from '../systems/personal.ts';
import { isSound, listSystems, saveSystem } from '../systems/store.ts';
import { log } from './log.ts';

/** What personal settings are to the rest of the supervisor. */
export interface Personal {
  /** The recipe's settings with the personal ones over them. */
  readonly config: PeConfig;
  /** Root's password is among them. */
  readonly password: boolean;
  /** One line on what was set, or on what is wrong with it. */
  readonly says: string | undefined;
  readonly problems: readonly string[];
  /** The PE's memory is there: what it has kept counts less than settings that are new. To be awaited before it is read. */
  readonly arrive: (dir: SystemsDir) => Promise<void>;
  readonly starts: Autostart['starts'];
  readonly missing: Autostart['missing'];
  /** Remembers which systems have been told to start by themselves. To be called now and then. */
  readonly keep: (places: Places) => Promise<void>;
}

const cure = 'diskbios personalize writes them anew';

/**
 * Follows the personal settings of the medium.
 * @param again an earlier supervisor of this boot has done it
 * @param ownDisk the medium is a disk with the PE's memory, and no CD that many machines start from
 */
export function createPersonal(config: PeConfig, again: boolean, ownDisk: boolean): Personal | undefined {
  const file = readPersonal();
  if (file === undefined) return undefined;
  if ('problem' in file) {
    const problem = `personal settings are not followed: ${file.problem}; ${cure}`;
    return { ...withoutSettings, config, says: undefined, problems: [problem] };
  }
  const effective = personalised(config, file.settings);
  if (!again) putIntoPlace(file, effective);
  return {
    config: effective,
    says: `personal settings: ${personalSummary(file.settings)}`,
    problems: [],
    password: file.settings.passwordHash !== undefined,
    ...onDisk(file, ownDisk),
  };
}

const withoutSettings = {
  password: false,
  arrive: () => Promise.resolve(),
  starts: (_: string, set: boolean) => set,
  missing: () => [],
  keep: () => Promise.resolve(),
};

function putIntoPlace({ settings }: PersonalFile, effective: PeConfig): void {
  const { hostname, sshKeys = [], passwordHash } = settings;
  replaceFile(personalConfigPath, `${JSON.stringify(effective)}\n`);
  if (hostname !== undefined) {
    writeText('/etc/hostname', `${hostname}\n`);
    replaceFile('/etc/hosts', renamedHosts(readText('/etc/hosts') ?? '', hostname));
  }
  if (sshKeys.length > 0) {
    makeFolders('/root/.ssh', 0o700);
    const path = '/root/.ssh/authorized_keys';
    replaceFile(path, withKeys(readText(path) ?? '', sshKeys), 0o600);
  }
  if (passwordHash !== undefined) {
    // Written first: whoever keeps changed passwords must know this one.
    replaceFile(personalHashPath, `${passwordHash}\n`, 0o600);
    replaceFile('/etc/shadow', withRootHash(readText('/etc/shadow') ?? '', passwordHash), 0o600);
  }
}

function onDisk(
  file: PersonalFile,
  ownDisk: boolean,
): Pick<Personal, 'arrive' | 'starts' | 'missing' | 'keep'> {
  let home: SystemsDir | undefined;
  let seen: SeenSettings = {};
  const autostart = (): Autostart => autostartOf(file, seen.autostart);
  const seenPath = (dir: SystemsDir): string => `${peFolder(dir.path)}/personal-seen.json`;

  async function remember(dir: SystemsDir, now: SeenSettings): Promise<void> {
    seen = now;
    if (dir.readOnly) return;
    makeFolders(peFolder(dir.path), 0o700);
    await writeDurably(seenPath(dir), `${JSON.stringify(now)}\n`);
  }

  return {
    async arrive(dir) {
      home = dir;
      seen = (parseJson(readText(seenPath(dir))) as SeenSettings | null | undefined) ?? {};
      if (!ownDisk || dir.readOnly) return;
      const [password, network] = [isNew(file, seen, 'passwordHash'), isNew(file, seen, 'network')];
      // Forgotten first: after a power cut it is done again, and nobody has set anything in between.
      if (password) await forgetPassword(dir);
      if (network) await forgetNetwork(dir);
      if (password || network) {
        const { passwordHash = seen.passwordHash, network: cards = seen.network } = file.set;
        await remember(dir, {
          ...seen,
          ...(passwordHash === undefined ? {} : { passwordHash }),
          ...(cards === undefined ? {} : { network: cards }),
        });
      }
    },
    starts: (name, set) => autostart().starts(name, set),
    missing: (names) => autostart().missing(names),
    async keep(places) {
      if (home === undefined || file.settings.autostart === undefined) return;
      const systems = listSystems(places).filter(isSound);
      const told = autostart().told(systems.map(({ name }) => name));
      if (told === undefined) return;
      for (const one of systems) {
        const wanted = autostart().starts(one.name, one.system.autostart);
        if (wanted !== one.system.autostart && !one.dir.readOnly)
          await saveSystem(one, { ...one.system, autostart: wanted });
      }
      await remember(home, { ...seen, autostart: told });
    },
  };
}

async function forgetPassword(dir: SystemsDir): Promise<void> {
  const path = `${peFolder(dir.path)}/shadow`;
  const kept = readText(path);
  const rest = kept === undefined ? undefined : withoutPassword(kept, 'root');
  if (rest === kept || rest === undefined) return;
  await writeDurably(path, rest, 0o600);
  log("root's password that was kept here gives way to the newer one of the personal settings");
}

async function forgetNetwork(dir: SystemsDir): Promise<void> {
  const path = networkPath(dir);
  if (!exists(path)) return;
  removeOne(path);
  await syncPaths(peFolder(dir.path));
  log('the network that was set here gives way to the newer one of the personal settings');
}
