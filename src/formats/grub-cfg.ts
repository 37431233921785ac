import { dataLabel } from '../base/cmdline.ts';
import { verboseTitle } from '../base/menu-titles.ts';
import { personalPath } from '../base/personal.ts';
import { type KernelEntry, kernelWords } from './kernel-words.ts';
import { menuSerial, type SerialConsole } from './serial-console.ts';
import { fillTemplate } from './template.ts';

/** What the menu offers; `BootSpec` of the recipe fits, with the kernel's words added. */
export interface GrubBoot {
  /** Seconds the menu waits; 0: no menu. */
  readonly timeout: number;
  /** Title of the default entry. */
  readonly default: string;
  readonly consoles: readonly string[];
  /** Of the kernel's messages only errors are shown, unless a key is pressed in the menu. */
  readonly quiet?: boolean;
  readonly entries: readonly (KernelEntry & { readonly title: string })[];
  readonly memtest: boolean;
  readonly firstDisk: boolean;
  /** Kernel command line words of every entry. */
  readonly cmdline: readonly string[];
  /** Systems directories on the data volume, a comma list. */
  readonly systemsDir: string;
  /** Whose signatures the loader checks before it starts anything on UEFI with Secure Boot. */
  readonly secure?: { readonly kind: SecureKind };
}

/** `own`: the loader reads nothing that is not signed by the key inside it, and gives nobody a command line. */
export type SecureKind = 'off' | 'debian' | 'own';

/** Absolute paths on the medium. */
export interface GrubPaths {
  readonly kernel: string;
  readonly initrd: string;
  readonly theme: string;
  /** Fonts to load, in the order in which they are searched for a character. */
  readonly fonts: readonly string[];
  /** Name, as the font file has it, of the font for text screens. */
  readonly terminalFont: string;
  readonly memtestBios: string;
  readonly memtestEfi: string;
  /** The part of the menu that looks at the data volume. */
  readonly systems: string;
  /** A variable of GRUB's whose value is one more word of every kernel command line. */
  readonly wordFrom?: string | undefined;
  /** A variable of GRUB's whose value goes before every path: the medium is not the whole of a device. */
  readonly folderFrom?: string | undefined;
}

/** The files `grub/*.cfg.in`, by name without `.cfg.in`. */
export type GrubTemplates = Readonly<Record<GrubTemplate, string>>;
export const grubTemplates = [
  'grub',
  'serial',
  'shift',
  'entry',
  'verbose',
  'systems',
  'memtest',
  'first-disk',
  'power',
] as const;
type GrubTemplate = (typeof grubTemplates)[number];

/** One word of GRUB's script language that stands for exactly this text. */
export function grubQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/\s+/g, ' ').replaceAll("'", `'\\''`)}'`;
}

/** A path on the medium as a word of GRUB's. */
function pathWord(path: string, { folderFrom }: GrubPaths): string {
  return `${folderFrom === undefined ? '' : `$${folderFrom}`}${grubQuote(path)}`;
}

/** The menu of a medium as `grub.cfg`; `product` is name and version for the comment at its head. */
export function grubConfig(
  product: string,
  boot: GrubBoot,
  paths: GrubPaths,
  templates: GrubTemplates,
): string {
  const serial = menuSerial(boot.consoles);
  const secure = boot.secure?.kind ?? 'off';
  const config = fillTemplate(templates.grub, {
    PRODUCT: product.replace(/\s+/g, ' '),
    DEFAULT: entryId(defaultIndex(boot)),
    TIMEOUT: String(boot.timeout),
    TIMEOUT_STYLE: boot.timeout === 0 ? 'hidden' : 'menu',
    FONTS: fontsPart(secure, paths),
    TERMINAL_FONT: paths.terminalFont,
    THEME: pathWord(paths.theme, paths),
    PERSONAL: pathWord(personalPath, paths),
    SERIAL: serial === undefined ? '' : serialPart(serial, boot, templates),
    SHIFT: boot.timeout === 0 ? templates.shift : '',
    ENTRIES: [
      ...boot.entries.map((_, index) => entryPart(boot, index, paths, templates)),
      // What the PE writes on the data volume is signed by nobody.
      secure === 'own' ? '' : `\nsource ${pathWord(paths.systems, paths)}\n`,
      boot.memtest ? unlessLocked(secure, memtestPart(serial, paths, templates)) : '',
      boot.firstDisk
        ? secure === 'own'
          ? unlessLocked(secure, templates['first-disk'])
          : templates['first-disk']
        : '',
      boot.quiet === true ? verbosePart(boot, paths, templates) : '',
      templates.power,
    ]
      .join('')
      .trim(),
  });
  return secure === 'own' ? guarded(config) : config;
}

/** Nobody may change an entry or add one, everybody may start one, and what nobody signed has no say. */
function guarded(config: string): string {
  return config
    .replace(/^( *menuentry .*) \{$/gm, '$1 --unrestricted {')
    .replace(/^export personal$/m, '# Nobody has signed these settings.\nset personal=\nexport personal');
}

/** What is signed by nobody, or by others, and what this loader would refuse to start. */
function unlessLocked(secure: SecureKind, part: string): string {
  if (secure === 'off') return part;
  return `\nif [ "$lockdown" != y ]; then\n${part.replace(/^\n/, '')}fi\n`;
}

function fontsPart(secure: SecureKind, paths: GrubPaths): string {
  const load = paths.fonts.map((font) => `loadfont ${pathWord(font, paths)}`);
  if (secure !== 'debian') return load.join('\n');
  // The signed loader refuses all fonts but the one inside it.
  return [
    'if [ "$lockdown" = y ]; then',
    '  loadfont unicode',
    'else',
    ...load.map((line) => `  ${line}`),
    'fi',
  ].join('\n');
}

/**
 * The part of the menu that makes entries of what the PE has written on the data volume, a file of its own: whatever comes
 * of it, the menu around it is as it is.
 */
export function systemsConfig(boot: GrubBoot, paths: GrubPaths, templates: GrubTemplates): string {
  const entry: KernelEntry = {
    ...{ mode: 'takeover', system: undefined, systems: [], console: undefined },
    ...{ data: undefined, debug: false, cmdline: [] },
  };
  const [home = ''] = boot.systemsDir.split(',');
  return fillTemplate(templates.systems, {
    LABEL: dataLabel,
    FILE: grubQuote(`${home}/.pe/grubenv`),
    KERNEL: pathWord(paths.kernel, paths),
    CMDLINE: commandLine(entry, boot, paths),
    INITRD: pathWord(paths.initrd, paths),
  });
}

function commandLine(entry: KernelEntry, boot: GrubBoot, { wordFrom }: GrubPaths): string {
  const words = kernelWords(entry, boot).map(grubQuote);
  return [...words, ...(wordFrom === undefined ? [] : [`$${wordFrom}`])].join(' ');
}

function defaultIndex(boot: GrubBoot): number {
  const index = boot.entries.findIndex((entry) => entry.title === boot.default);
  if (index < 0) throw new Error(`no boot entry has the title ${JSON.stringify(boot.default)}`);
  return index;
}

/** Titles are no ids: GRUB reads a leading number and `>` in them in ways of its own. */
function entryId(index: number): string {
  return `entry-${index + 1}`;
}

function entryPart(boot: GrubBoot, index: number, paths: GrubPaths, templates: GrubTemplates): string {
  const entry = boot.entries[index];
  if (entry === undefined) throw new RangeError(`no boot entry ${index}`);
  return fillTemplate(templates.entry, {
    TITLE: grubQuote(entry.title),
    ID: entryId(index),
    CLASS: entry.mode,
    HOTKEY: index < 9 ? ` --hotkey=${index + 1}` : '',
    LOADING: grubQuote(`Loading ${entry.title} ...`),
    KERNEL: pathWord(paths.kernel, paths),
    CMDLINE: commandLine(entry, boot, paths),
    INITRD: pathWord(paths.initrd, paths),
  });
}

/** The default entry with all messages, for one start. */
function verbosePart(boot: GrubBoot, paths: GrubPaths, templates: GrubTemplates): string {
  const entry = boot.entries[defaultIndex(boot)];
  if (entry === undefined) throw new RangeError('no default boot entry');
  const title = verboseTitle(entry.title);
  const loud = { ...boot, quiet: false, cmdline: [...boot.cmdline, 'ignore_loglevel'] };
  return fillTemplate(templates.verbose, {
    TITLE: grubQuote(title),
    CLASS: entry.mode,
    LOADING: grubQuote(`Loading ${title} ...`),
    KERNEL: pathWord(paths.kernel, paths),
    CMDLINE: commandLine(entry, loud, paths),
    INITRD: pathWord(paths.initrd, paths),
  });
}

function serialPart(serial: SerialConsole, boot: GrubBoot, templates: GrubTemplates): string {
  const ascii = boot.entries.every(({ title }) => /^[ -~]*$/.test(title));
  return fillTemplate(templates.serial, {
    UNIT: String(serial.unit),
    SPEED: String(serial.speed),
    WORD: String(serial.word),
    PARITY: serial.parity,
    STOP: '1',
    FLOW: serial.flow ? ' --rtscts=on' : '',
    // Plain ASCII draws the menu's frame with characters that every terminal program has.
    UTF8: ascii ? '' : ' --utf8',
  });
}

function memtestPart(serial: SerialConsole | undefined, paths: GrubPaths, templates: GrubTemplates): string {
  return fillTemplate(templates.memtest, {
    MEMTEST_BIOS: pathWord(paths.memtestBios, paths),
    MEMTEST_EFI: pathWord(paths.memtestEfi, paths),
    MEMTEST_CMDLINE: serial === undefined ? '' : ` console=ttyS${serial.unit},${serial.speed}`,
  });
}
