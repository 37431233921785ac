import { MissingError, UserError } from '../../../base/errors.ts';
import type { PeConfig } from '../../../base/pe-config.ts';
import { environment } from '../../host/environment.ts';
import { print, uptime } from '../../host.ts';
import { resetNetwork, setNetwork } from '../../lib/systems/network-words.ts';
import {
  networkChanges,
  networkKeys,
  type OwnNetwork,
  readOwnNetwork,
  shownSettings,
  type Trial,
} from '../../lib/systems/own-network.ts';
import type { SystemsDir } from '../../lib/systems/places.ts';
import { cards, nameServers, ownCards } from '../../systems/cards.ts';
import { locked } from '../../systems/lock.ts';
import { peConfig } from '../../systems/network/wishes.ts';
import {
  endTrial,
  keepNetwork,
  networkPath,
  ownNetwork,
  putOnTrial,
  trial,
} from '../../systems/own-network.ts';
import { readPersonal } from '../../systems/personal.ts';
import { readPlaces, writableDir } from '../../systems/places.ts';
import { applyNetwork } from '../../systems/supervisor-client.ts';
import { command } from '../command.ts';
import { json, wholeNumber } from '../options.ts';
import { note, paint, printJson, printLines } from '../output.ts';
import { facts, table } from '../table.ts';

const actions = ['show', 'set', 'reset', 'keep'] as const;
/** Seconds that settings of cards are on trial when they are made through one of them. */
const usualTrial = 60;

const wrong = (message: string, hint: string): UserError =>
  new UserError({ code: 'bad-call', message, hint });

interface Now {
  readonly recipe: PeConfig['network'];
  readonly own: OwnNetwork;
  readonly dir: SystemsDir | undefined;
  /** What is on the disk cannot be read. */
  readonly damaged: boolean;
}

/** Throws `UserError` where what is on the disk cannot be read, since it would be lost. */
function now(strict: boolean): Now {
  const recipe = peConfig()?.network ?? { dns: [], search: [], interfaces: [] };
  const [dir] = readPlaces().dirs;
  const found = ownNetwork(dir);
  if (found === undefined) return { recipe, own: {}, dir, damaged: false };
  const { own, problems } = readOwnNetwork(recipe, found.json);
  if (problems.length === 0) return { recipe, own, dir, damaged: false };
  if (strict)
    throw wrong(
      `${dir === undefined ? 'what was set' : networkPath(dir)} does not count: ${problems.join('; ')}`,
      'systemx network reset takes all of it back',
    );
  for (const problem of problems) note(`${dir === undefined ? '' : networkPath(dir)}: ${problem}`);
  return { recipe, own: {}, dir, damaged: true };
}

/** Seconds until it is over; `undefined`: until the machine is switched off. */
const left = (until: number | null): number | undefined =>
  until === null ? undefined : Math.max(0, Math.round(until - uptime()));

function show(asJson: boolean): number {
  const { recipe, own } = now(false);
  const personal = readPersonal();
  const given = personal !== undefined && 'settings' in personal ? personal.settings.network : undefined;
  const settings = shownSettings(recipe, own, given);
  const tried = trial();
  const seconds = tried === undefined ? undefined : left(tried.until);
  if (asJson) {
    const state = tried === undefined ? null : { seconds: seconds ?? null };
    printJson({ settings, trial: state, cards: cards(), nameServers: nameServers() });
    return 0;
  }
  const heads = (titles: readonly string[]): { title: string }[] => titles.map((title) => ({ title }));
  const bold = (lines: string[]): string[] => lines.map((line, i) => (i === 0 ? paint('bold', line) : line));
  printLines([
    ...bold(
      table(
        heads(['CARD', 'LINK', 'ADDRESSES']),
        cards().map(({ name, link, addresses }) => [
          name,
          link ? 'up' : 'down',
          addresses.join(' ') || 'none',
        ]),
      ),
    ),
    '',
    `name servers  ${nameServers().join(' ') || 'none'}`,
    '',
    ...bold(
      table(
        heads(['SETTING', 'VALUE', 'FROM']),
        settings.map(({ key, value, from }) => [key, value, from]),
      ),
    ),
  ]);
  if (tried !== undefined) note(`these settings are ${trialText(seconds)}`);
  return 0;
}

const trialText = (seconds: number | undefined): string =>
  seconds === undefined
    ? 'in memory, gone when the machine is switched off; systemx network keep writes them where there is a data volume'
    : `on trial for ${seconds} s, then it is as before; to keep them: systemx network keep`;

const isTimed = (tried: Trial | undefined): boolean => typeof tried?.until === 'number';

/** What is written there is there after a reboot. */
const lasting = ({ volume, readOnly }: SystemsDir): boolean => volume !== undefined && !readOnly;

/** Changes made through a card could cut off whoever makes them. */
const bySsh = (): boolean => environment('SSH_CONNECTION') !== undefined;

const isEmpty = (own: OwnNetwork): boolean => Object.keys(own).length === 0;

/** How long it lasts, of what was set just now. */
function outcome(own: OwnNetwork, dir: SystemsDir | undefined): string {
  const tried = trial();
  if (tried !== undefined) return `these settings are ${trialText(left(tried.until))}`;
  if (isEmpty(own)) return "the recipe's settings count, now and at each boot";
  return `they count now and at each boot${dir === undefined ? '' : ` (${networkPath(dir)})`}`;
}

async function change(
  made: (before: Now) => ReturnType<typeof setNetwork>,
  before: Now,
  { seconds, asJson }: { readonly seconds: number | undefined; readonly asJson: boolean },
): Promise<number> {
  const { own, mistakes } = made(before);
  if (mistakes.length > 0) throw new UserError(mistakes);
  const same = JSON.stringify(before.own) === JSON.stringify(own) && !before.damaged;
  if (same && trial() === undefined) {
    if (asJson) return show(true);
    print('nothing has changed');
    return 0;
  }
  const changes = networkChanges(before.recipe, before.own, own);
  const ofCards = JSON.stringify(before.own.interfaces ?? []) !== JSON.stringify(own.interfaces ?? []);
  // What is on trial already stays on trial: whoever changes more may not have heard how it went.
  const tries = seconds ?? ((ofCards && bySsh()) || isTimed(trial()) ? usualTrial : 0);
  const dir = before.dir !== undefined && lasting(before.dir) ? before.dir : undefined;
  // Said before it is done: a terminal on the network may hear nothing more.
  const none = before.damaged ? 'what could not be read is gone' : 'nothing has changed';
  if (!asJson) printLines(changes.length === 0 ? [none] : changes);
  if (tries > 0) putOnTrial({ own, until: uptime() + tries });
  else if (dir !== undefined) await keepNetwork(dir, own);
  else if (isEmpty(own) && before.dir === undefined) endTrial();
  else putOnTrial({ own, until: null });
  note(outcome(own, dir));
  await applyNetwork();
  if (JSON.stringify(before.own.systems ?? {}) !== JSON.stringify(own.systems ?? {}))
    note('the network of the systems changes when the next one starts while none is on it');
  if (asJson) return show(true);
  for (const { name, addresses } of ofCards || before.damaged ? cards() : [])
    print(`${name} has ${addresses.join(' ') || 'no address'}`);
  return 0;
}

/** Makes what is on trial last. */
async function keep(): Promise<number> {
  const tried = trial();
  if (tried === undefined)
    throw wrong('no network settings are on trial', 'systemx network shows those that count');
  const [dir] = readPlaces().dirs;
  if (dir?.volume === undefined)
    throw new MissingError('there is no data volume to keep network settings on', 'systemx setup-disk');
  await keepNetwork(writableDir(dir.path), tried.own);
  print(`kept: they count at each boot (${networkPath(dir)})`);
  return 0;
}

const lock = '*own-network';

export const network = command({
  name: 'network',
  summary: 'Show or change how this PE is on the network',
  about: [
    'What is set here counts at once, goes before what the recipe says, and is remembered on the data volume.',
    '',
    ...facts([
      ['  show', 'show cards, addresses and settings (the default)'],
      ['  set SETTING...', 'change settings: KEY=VALUE; dns and search take += and -= too'],
      ['  reset [KEY...]', "go back to the recipe's: all, or a card, dns, search, systems"],
      ['  keep', 'keep what is on trial'],
    ]),
    '',
    ...facts(networkKeys.map(([key, values, meaning]) => [`  ${key}=`, `${meaning} (${values})`] as const)),
    '',
    'With --try SECONDS it is as before when the time is over, unless systemx network keep comes first; a reboot',
    `ends it as well. By SSH, changes of cards are tried for ${usualTrial} s, unless --try says otherwise.`,
  ],
  arguments: [
    { name: 'ACTION', meaning: actions.join(', '), optional: true, completes: actions },
    {
      name: 'SETTING',
      meaning: 'KEY=VALUE; for reset, a KEY',
      optional: true,
      many: 'words',
      completes: 'network-setting',
    },
  ],
  options: {
    try: wholeNumber('SECONDS', 'go back by itself, if it is not kept in time; 0: never', { most: 86_400 }),
    json,
  },
  examples: [
    'systemx network',
    'systemx network set eth0.ipv4=192.0.2.7/24,192.0.2.1 dns=192.0.2.53 --try 60',
    'systemx network keep',
    'systemx network set eth1.ipv4=dhcp eth1.ipv6=off',
    'systemx network set systems.ipv4=10.99.0.0/24',
    'systemx network reset',
  ],
  run({ args: [action = 'show', ...words], options }) {
    const how = { seconds: options.try, asJson: options.json };
    const none = (): void => {
      if (words.length > 0)
        throw wrong(
          `there is nothing for ${words.join(' ')} to mean here`,
          `systemx network set ${words.join(' ')}`,
        );
      if (how.seconds !== undefined) throw wrong('--try is for set and reset', 'systemx network --help');
    };
    switch (action) {
      case 'show':
        none();
        return show(options.json);
      case 'keep':
        none();
        return locked(lock, keep);
      case 'set':
        if (words.length === 0)
          throw wrong('there is nothing to set', 'systemx network set eth0.ipv4=dhcp; --help tells more');
        return locked(lock, () =>
          change(({ own, recipe }) => setNetwork(own, words, { recipe, cards: ownCards() }), now(true), how),
        );
      case 'reset':
        return locked(lock, () =>
          change(({ own, recipe }) => resetNetwork(own, words, recipe), now(words.length > 0), how),
        );
      default:
        throw new UserError({
          code: 'no-such-action',
          message: `there is no action ${action} of network`,
          expected: actions.join(', '),
        });
    }
  },
});
