import { verboseTitle } from '../base/menu-titles.ts';
import { isForIpxe } from '../base/netboot.ts';
import { personalPath } from '../base/personal.ts';
import type { GrubBoot } from './grub-cfg.ts';
import { kernelWords } from './kernel-words.ts';
import { menuSerial } from './serial-console.ts';

/** Paths on the medium, absolute there; the script names them relative to itself. */
export interface IpxePaths {
  readonly kernel: string;
  readonly initrd: string;
  readonly memtestBios: string;
  readonly memtestEfi: string;
}

/** Text for the screen: iPXE puts settings in where `${` is. */
function shown(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('${', '$ {');
}

/** A line of the menu; order, keys and titles are GRUB's. */
interface Item {
  readonly id: string;
  readonly key: string | undefined;
  readonly title: string;
  readonly script: string;
}

/** The menu of a medium as a script for iPXE; `product` is name and version. */
export function ipxeMenu(product: string, boot: GrubBoot, paths: IpxePaths): string {
  const entries = boot.entries.map((_, index) => entryItem(boot, index, paths));
  const usual = `entry-${boot.entries.findIndex(({ title }) => title === boot.default) + 1}`;
  const items = [
    ...entries,
    ...(boot.memtest ? [memtestItem(boot, paths)] : []),
    ...(boot.firstDisk ? [firstDisk] : []),
    ...(boot.quiet === true ? [verboseItem(boot, paths)] : []),
    ...power,
  ];
  return [
    '#!ipxe',
    `# Made by diskbios from the recipe of ${shown(product)}; changes here are lost with the next build.`,
    '# So that the PE knows the card that it came through.',
    'set card BOOTIF=01-${netX/mac:hexhyp}',
    `set usual ${usual}`,
    `set timeout ${boot.timeout * 1000}`,
    ...(boot.timeout === 0 ? [`goto ${usual}`] : []),
    '',
    ':menu',
    `menu ${shown(product)}`,
    ...items.map(
      ({ id, key, title }) => `item${key === undefined ? '' : ` --key ${key}`} ${id} ${shown(title)}`,
    ),
    'choose --timeout ${timeout} --default ${usual} chosen || goto console',
    'set timeout 0',
    'goto ${chosen}',
    '',
    ':console',
    "echo 'exit' leads back to the menu.",
    'shell',
    'goto menu',
    '',
    ':failed',
    'echo This cannot be started.',
    'sleep 3',
    'imgfree',
    'set timeout 0',
    'goto menu',
    ...items.flatMap(({ id, script }) => ['', `:${id}`, script]),
    '',
  ].join('\n');
}

function entryItem(boot: GrubBoot, index: number, paths: IpxePaths): Item {
  const entry = boot.entries[index];
  if (entry === undefined) throw new RangeError(`no boot entry ${index}`);
  const words = kernelWords(entry, boot);
  const unfit = words.filter((word) => !isForIpxe(word));
  if (unfit.length > 0) throw new Error(`iPXE cannot pass on ${unfit.join(', ')}`);
  return {
    id: `entry-${index + 1}`,
    key: index < 9 ? String(index + 1) : undefined,
    title: entry.title,
    script: [
      `echo Loading ${shown(entry.title)} ...`,
      // All initrds as one, where the kernel asks UEFI for a file; a BIOS passes over the word.
      `kernel ${here(paths.kernel)} initrd=initrd.magic ${words.join(' ')} \${card} || goto failed`,
      `initrd ${here(paths.initrd)} || goto failed`,
      `initrd ${here(personalPath)} ||`,
      'boot || goto failed',
    ].join('\n'),
  };
}

/** The default entry with all messages, for one start. */
function verboseItem(boot: GrubBoot, paths: IpxePaths): Item {
  const index = boot.entries.findIndex(({ title }) => title === boot.default);
  const loud = { ...boot, quiet: false, cmdline: [...boot.cmdline, 'ignore_loglevel'] };
  const item = entryItem(loud, index, paths);
  return { ...item, id: 'verbose', key: 'v', title: verboseTitle(item.title) };
}

function memtestItem(boot: GrubBoot, paths: IpxePaths): Item {
  const serial = menuSerial(boot.consoles);
  const words = serial === undefined ? '' : ` console=ttyS${serial.unit},${serial.speed}`;
  return {
    ...{ id: 'memory-test', key: 'm', title: 'Memory test' },
    script: [
      `set test ${here(paths.memtestBios)}`,
      `iseq \${platform} efi && set test ${here(paths.memtestEfi)} ||`,
      `kernel \${test}${words} || goto failed`,
      'boot || goto failed',
    ].join('\n'),
  };
}

const firstDisk: Item = {
  ...{ id: 'first-disk', key: 'd', title: 'Boot from the first disk' },
  // UEFI goes on with the next entry of its own boot order.
  script: `iseq \${platform} efi && exit 1 ||\nsanboot --no-describe --drive 0x80 || goto failed`,
};

const power: readonly Item[] = [
  { id: 'restart', key: 'r', title: 'Restart', script: 'reboot' },
  { id: 'power-off', key: 'p', title: 'Power off', script: 'poweroff || goto failed' },
];

function here(path: string): string {
  return path.replace(/^\//, '');
}
