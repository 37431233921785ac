import type { ProofReport } from '../result.ts';

/** How a value is called in the manual. */
type Word<V> = `${Plain<Exclude<V, undefined>>}${undefined extends V ? ' or null' : ''}`;
type Plain<V> = V extends string
  ? 'string'
  : V extends number
    ? 'number'
    : V extends boolean
      ? 'boolean'
      : V extends readonly unknown[]
        ? 'list'
        : 'object';

/** Every key of a type, at whatever depth, with its word: `cases[].steps[].title`. */
type Fields<T, Before extends string> = {
  [K in keyof T & string]:
    | { path: `${Before}${K}`; type: Word<T[K]> }
    | Inner<Exclude<T[K], undefined>, `${Before}${K}`>;
}[keyof T & string];
type Inner<V, Path extends string> = V extends string | number | boolean
  ? never
  : V extends readonly (infer E)[]
    ? E extends object
      ? Fields<E, `${Path}[].`>
      : never
    : Fields<V, `${Path}.`>;

type ReportField = Fields<ProofReport, ''>;

/** What is in `report.json`, in its order: each key with its type and meaning. The compiler holds it against `ProofReport`. */
export const jsonFields: { readonly [F in ReportField as F['path']]: readonly [F['type'], string] } = {
  format: ['number', 'version of this format: 1. A key that is added later does not raise it'],
  name: ['string', "name of the recipe, or of the image's file"],
  version: ['string or null', 'version that the recipe gives the image'],
  started: ['string', 'when it began: ISO 8601, UTC'],
  durationMs: ['number', 'milliseconds of the whole run'],
  machine: ['object', 'what it ran on'],
  'machine.accelerator': ['string', '`kvm`, `hvf` or `tcg` (emulation in software)'],
  'machine.reason': ['string', 'why this one'],
  'machine.probeMs': [
    'number or null',
    'milliseconds that the probe of the accelerator took; null: there was none',
  ],
  'machine.patience': ['number', 'factor on all time limits'],
  'machine.qemu': ['string', 'name and version of QEMU'],
  'machine.processors': ['number', 'processors of the machine'],
  'machine.jobs': ['number', 'cases at the same time'],
  images: ['list', 'the images under test'],
  'images[].medium': ['string', 'kind of image, as in the recipe'],
  'images[].file': ['string', 'its file'],
  'images[].size': ['number', 'bytes'],
  'images[].sha256': ['string', '64 hexadecimal digits'],
  'images[].agent': ['boolean', 'whether it carries the agent of the tests'],
  'images[].layers': [
    'string or null',
    'digest over its layers but the agent’s: as `recipeDigest` in the manifest of the image without it',
  ],
  cases: ['list', 'each combination of a test’s matrix, in the order of the recipe'],
  'cases[].test': ['string', 'name of the test'],
  'cases[].id': ['string', 'unique, and the beginning of the names of its files'],
  'cases[].title': ['string', 'what of the matrix varies; empty where nothing does'],
  'cases[].medium': ['object', 'what it booted from'],
  'cases[].medium.kind': ['string', 'kind of image, as in the recipe'],
  'cases[].medium.as': [
    'string',
    '`cd`, `usb`, `virtio`, `ahci`, `nvme`, or `kernel`: without a boot loader',
  ],
  'cases[].firmware': ['string', '`bios`, `uefi` or `uefi-secure`'],
  'cases[].memory': ['number', 'bytes'],
  'cases[].cpus': ['number', 'processors of the guest'],
  'cases[].repetition': ['number', 'from 1'],
  'cases[].outcome': ['string', '`passed`, `failed` or `not-run`'],
  'cases[].durationMs': ['number', 'milliseconds of the whole case'],
  'cases[].overheadMs': ['number', 'milliseconds from the end of its last QEMU to its result'],
  'cases[].failure': ['object or null', 'why it failed; null where it did not'],
  'cases[].failure.name': ['string', 'one of the [names of failures](#names-of-failures)'],
  'cases[].failure.message': ['string', 'a sentence'],
  'cases[].failure.detail': ['list', 'lines: what was expected and what came'],
  'cases[].failure.step': ['number or null', 'index into `steps`, from 0; null: before the first'],
  'cases[].failure.guest': ['string or null', 'name of the machine'],
  'cases[].failure.place': ['string or null', 'where the step stands in the recipe: `file:line:column`'],
  'cases[].failure.lastLines': ['list', 'last lines of its serial console'],
  'cases[].failure.screenshot': ['string or null', 'picture of its screen, below the folder of artifacts'],
  'cases[].failure.command': ['string or null', 'repeats the boot by hand'],
  'cases[].steps': ['list', 'the steps, also those that were not run'],
  'cases[].steps[].title': ['string', 'the step as a person would say it'],
  'cases[].steps[].guest': ['string', 'name of the machine'],
  'cases[].steps[].outcome': ['string', '`passed`, `failed` or `not-run`'],
  'cases[].steps[].startMs': ['number', 'milliseconds since the case began'],
  'cases[].steps[].durationMs': ['number', 'milliseconds'],
  'cases[].steps[].output': ['string or null', 'what a command said, cut to a readable length'],
  'cases[].guests': ['list', 'the machines of the case'],
  'cases[].guests[].name': ['string', '`pe` where the test names none'],
  'cases[].guests[].boots': ['list', 'one for each time that it was switched on or reset'],
  'cases[].guests[].boots[].grub': [
    'number or null',
    'milliseconds from power-on to the first sign of GRUB; null: not seen, here and below',
  ],
  'cases[].guests[].boots[].kernel': ['number or null', 'to the start of the kernel'],
  'cases[].guests[].boots[].init': ['number or null', "to the start of the PE's supervisor"],
  'cases[].guests[].boots[].ready': ['number or null', 'to `DISKBIOS-READY`'],
  'cases[].guests[].serialLog': ['string', 'its serial console, below the folder of artifacts'],
  'cases[].guests[].screenshots': ['list', 'pictures of its screen'],
  'cases[].guests[].screenshots[].title': ['string', 'what the picture was taken for'],
  'cases[].guests[].screenshots[].file': ['string', 'below the folder of artifacts'],
  'cases[].guests[].command': ['string', 'repeats its first boot by hand'],
};
