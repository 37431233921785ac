import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PersonalFile, PersonalSettings } from '../../src/base/personal.ts';
import { personalize, readPersonal } from '../../src/image/personalize.ts';
import { run } from '../../src/sys/run.ts';
import { partition } from '../helpers/boot-disk.ts';
import type { Bench, RunningPe } from './pe.ts';
import type { Verdict } from './verify.ts';

/** What the personal settings of a first boot are to do, and what the disk remembers that they are newer than. */
const passwordHash =
  '$6$personalsalt$13tneTFozzcs8MffVRzJt9369StMOddwM3Ssg2QjLO8P9HZyXGkEbFlghVjIJSztiskDvst69eC59mJKQdt300';
const settings: PersonalSettings = {
  ...{ hostname: 'cut', passwordHash, autostart: ['web'] },
  network: { dns: ['192.0.2.53'] },
};
const earlier = {
  shadow: `root:${passwordHash.replace('personalsalt', 'oldersalt')}:20000:0:99999:7:::\n`,
  'network.json': '{"dns":["192.0.2.9"]}\n',
};

/** Settings as a disk image carries them. */
export function personalOf(image: string): PersonalFile {
  const found = readPersonal(image);
  if (found === undefined || 'problem' in found) throw new Error(`${image} carries no personal settings`);
  return found;
}

/** Gives a disk image a memory of its own, and then personal settings that are newer. */
export async function makePersonal({ tools }: Bench, image: string, dir: string): Promise<void> {
  const files = Object.entries(earlier).map(([name, text]) => {
    const file = join(dir, `earlier-${name}`);
    writeFileSync(file, text, { mode: 0o600 });
    return { file, at: `/hd/.pe/${name}` };
  });
  const script = join(dir, 'earlier');
  const lines = ['mkdir /hd', 'mkdir /hd/.pe', ...files.map(({ file, at }) => `write ${file} ${at}`)];
  writeFileSync(script, `${lines.join('\n')}\n`);
  const { from } = partition(image, 'DISKBIOS-DATA');
  await run(tools.program('debugfs', '-w', '-f', script, `${image}?offset=${from}`));
  for (const file of [script, ...files.map((one) => one.file)]) rmSync(file);
  personalize(image, { settings });
}

const rests = 'sleep 3';
const seen = 'cat /hd/.pe/personal-seen.json';
const webStarts = `systemx info web --json | grep -q '"autostart": *true'`;

/** Whether a PE follows the settings of `makePersonal`, has put them before what it remembered, and does so once. */
export async function lookPersonal({ sh }: RunningPe, { set }: PersonalFile): Promise<Verdict> {
  const wrong: string[] = [];
  const expectLines = async (what: string, command: string, ...expected: readonly string[]) => {
    const found = (await sh(command)).trimEnd().split('\n');
    if (!isDeepStrictEqual(found, expected)) wrong.push(`${what}: ${found.join(' | ')}`);
  };
  await expectLines(
    'host name',
    'hostname; cat /etc/hostname; grep -c "\tcut$" /etc/hosts',
    'cut',
    'cut',
    '1',
  );
  await expectLines("root's password", 'awk -F: \'$1 == "root" { print $2 }\' /etc/shadow', passwordHash);
  await expectLines(
    'what was set before',
    'grep -c ^root: /hd/.pe/shadow || :; [ ! -e /hd/.pe/network.json ] || echo network',
    '0',
  );
  await sh('systemx create web');
  await sh(`for i in $(seq 100); do ${seen} | grep -q web && break; sleep 0.3; done`);
  if ((await sh(`${webStarts} && echo told || echo not`)).trim() !== 'told')
    wrong.push('web is not told to start', await sh('systemx info web --json; logread | tail -n 20'));
  const remembered: unknown = JSON.parse(await sh(seen));
  const { passwordHash: password, network, autostart } = set;
  const expected = { passwordHash: password, network, autostart: { set: autostart, done: ['web'] } };
  if (!isDeepStrictEqual(remembered, expected))
    wrong.push(`personal-seen.json is ${JSON.stringify(remembered)}`);
  // What a person sets now stays.
  await sh(`systemx set web autostart=no && ${rests}`);
  await expectLines('web was told again', `${webStarts} && echo told || echo once`, 'once');
  return wrong;
}
