import { UserError } from '../base/errors.ts';
import { type Firmware, firmwareNames } from '../base/machine.ts';
import { formatBytes } from '../base/sizes.ts';
import type { BootTest, TestMedium } from '../recipe/test-types.ts';
import { mediumWord } from '../recipe/tests/media-words.ts';
import { type BootMediumKind, bootMediaKinds } from '../recipe/types.ts';

export { mediumWord };

/** One combination of a test's matrix, one time. */
export interface ProofCase {
  readonly test: BootTest;
  /** Unique among all cases of a run, and safe as a file name: `boots-everywhere.iso-as-usb.uefi.256MiB`. */
  readonly id: string;
  /** What of the matrix varies, empty where nothing does: `iso-as-usb, UEFI, 256 MiB`. */
  readonly title: string;
  readonly medium: TestMedium;
  readonly firmware: Firmware;
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
  /** From 1. */
  readonly repetition: number;
}

/** Every case of the tests, in their order; all repetitions of the whole come one after the other. */
export function casesOf(tests: readonly BootTest[], repeat = 1): ProofCase[] {
  const names = uniqueNames(tests.map(({ name }) => fileName(name)));
  const once = tests.flatMap((test, n) => combinations(test, names[n] ?? ''));
  return Array.from({ length: repeat }, (_, i) => i + 1).flatMap((repetition) =>
    once.map((one) => ({
      ...one,
      repetition,
      id: repeat === 1 ? one.id : `${one.id}.${repetition}`,
      title: repeat === 1 ? one.title : join(one.title, `time ${repetition}`),
    })),
  );
}

/** `boots everywhere: iso, UEFI`: a case as a person would call it. */
export function caseName({ test, title }: Pick<ProofCase, 'test' | 'title'>): string {
  return title === '' ? test.name : `${test.name}: ${title}`;
}

function combinations(test: BootTest, name: string): ProofCase[] {
  const { matrix } = test;
  return matrix.medium.flatMap((medium) =>
    firmwareFor(medium, matrix.firmware).flatMap((firmware) =>
      matrix.memory.flatMap((memory) =>
        matrix.cpus.map((cpus): ProofCase => {
          const words: readonly [readonly unknown[], string, string][] = [
            [matrix.medium, mediumWord(medium), mediumWord(medium)],
            [matrix.firmware, firmware, firmwareNames[firmware]],
            [matrix.memory, compact(memory), size(memory)],
            [matrix.cpus, `${cpus}cpu`, cpus === 1 ? '1 processor' : `${cpus} processors`],
          ];
          const varying = words.filter(([all]) => all.length > 1);
          return {
            test,
            id: [name, ...varying.map(([, id]) => id)].join('.'),
            title: varying.map(([, , title]) => title).join(', '),
            ...{ medium, firmware, memory, cpus, repetition: 1 },
          };
        }),
      ),
    ),
  );
}

/** A program for UEFI is nothing that a BIOS starts, and nothing that the network serves is signed. */
function firmwareFor({ kind }: TestMedium, all: readonly Firmware[]): readonly Firmware[] {
  if (kind === 'uki') return all.filter((each) => each !== 'bios');
  return kind === 'netboot' ? all.filter((each) => each !== 'uefi-secure') : all;
}

function join(title: string, more: string): string {
  return title === '' ? more : `${title}, ${more}`;
}

/** `256 MiB`, `1 GiB`: without a fraction that says nothing. */
function size(bytes: number): string {
  return formatBytes(bytes).replace('.0 ', ' ');
}

function compact(bytes: number): string {
  return size(bytes).replace(' ', '');
}

const longestName = 48;

/** Letters of any script, digits and dashes; nothing that a file system, an archive or a web address would mind. */
export function fileName(name: string): string {
  const words = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return Array.from(words).slice(0, longestName).join('').replace(/-+$/, '') || 'test';
}

function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free); n += 1) free = `${name}-${n}`;
    taken.add(free);
    return free;
  });
}

/**
 * The cases that `--filter` means: those whose name holds the text, whatever its case, or matches it where it is written as
 * `/expression/`. Throws a `UserError` for an expression that is none.
 */
export function filterCases(cases: readonly ProofCase[], filter: string): ProofCase[] {
  const matches = matcher(filter);
  return cases.filter((one) => matches(caseName(one)) || matches(one.id));
}

function matcher(filter: string): (text: string) => boolean {
  const expression = /^\/(.*)\/(i?)$/s.exec(filter);
  if (expression === null) {
    const wanted = filter.toLowerCase();
    return (text) => text.toLowerCase().includes(wanted);
  }
  try {
    const regex = new RegExp(expression[1] ?? '', `u${expression[2] ?? ''}`);
    return (text) => regex.test(text);
  } catch (error) {
    throw new UserError({
      code: 'bad-filter',
      message: `--filter ${filter}: ${error instanceof Error ? error.message : String(error)}`,
      expected: 'a text that the name of a case holds, or a regular expression between slashes',
    });
  }
}

/** The media that the cases boot from. */
export function testedMedia(cases: readonly ProofCase[]): BootMediumKind[] {
  const tested = new Set(cases.map(({ medium }) => medium.kind));
  return bootMediaKinds.filter((kind) => tested.has(kind));
}
