/** The kernel command line that the PE's init reads. The docs' table, GRUB's entries and the PE's parser derive from this. */
export const modes = ['live', 'takeover', 'dual'] as const;
export type Mode = (typeof modes)[number];

/** Label of the data volume, where the kernel command line names no other. */
export const dataLabel = 'DISKBIOS-DATA';

export interface Parameter {
  readonly name: string;
  /** What may stand behind the `=`; `undefined`: a word without a value. */
  readonly values: string | undefined;
  readonly default: string | undefined;
  readonly meaning: string;
}

export const parameters = [
  {
    name: 'diskbios.mode',
    values: modes.join(', '),
    default: 'live',
    meaning: 'what this boot does',
  },
  {
    name: 'diskbios.system',
    values: 'a name or an absolute path',
    default: undefined,
    meaning: 'the system to take over',
  },
  {
    name: 'diskbios.systems',
    values: 'a comma list of name[:engine]',
    default: 'those marked autostart',
    meaning: 'the systems to start',
  },
  {
    name: 'diskbios.console',
    values: 'a system',
    default: "the PE's own console",
    meaning: 'the system that gets the screen and keyboard',
  },
  {
    name: 'diskbios.dir',
    values: 'an absolute path, or a comma list of these',
    default: "the recipe's paths.systems",
    meaning: 'the systems directories on the data volumes; the first is home',
  },
  {
    name: 'diskbios.data',
    values: 'LABEL=…, UUID=…, a device, a comma list of these, or none',
    default: `LABEL=${dataLabel}`,
    meaning: 'the data volumes; the first is home',
  },
  {
    name: 'diskbios.slot',
    values: 'a, b',
    default: undefined,
    meaning: 'the slot of the boot disk that this boot was started from; the boot loader says it',
  },
  {
    name: 'diskbios.debug',
    values: undefined,
    default: undefined,
    meaning: 'a shell before the mode is acted on',
  },
] as const satisfies readonly Parameter[];
