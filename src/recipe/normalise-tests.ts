import { resolve } from 'node:path';
import { usualFirmwares } from '../base/machine.ts';
import { parseBytes } from '../base/sizes.ts';
import { many, type RawDisk, type RawGuest, type RawNetwork, type RawTest } from './raw-tests.ts';
import type { BootTest, TestDisk, TestFilesystem, TestGuest, TestMatrix, TestNetwork } from './test-types.ts';
import { disksOf, machinePath, machinesOf } from './tests/machines.ts';
import { parseMediumWord, usualMedium } from './tests/media-words.ts';
import { type MenuBy, testStep } from './tests/normalise-steps.ts';
import { walk } from './tests/walk.ts';
import type { BootMediumKind } from './types.ts';
import type { Path } from './yaml/located.ts';

/** What tests mean beyond their own words. */
export interface TestSurroundings {
  /** The media that there are to test. */
  readonly media: readonly BootMediumKind[];
  /** Where the boot menu is operated when a step does not say. */
  readonly menuBy: MenuBy;
  /** The certificate that media are signed for, absolute; `undefined`: none of the user's own. */
  readonly certificate?: string | undefined;
  /** The folder that the relative path written at a place starts from. */
  readonly dirAt: (path: Path) => string;
}

const usualMemory = 512 * 1024 ** 2;
/** An emulated second processor does no work that a boot waits for, and on a busy machine loses its timer now and then. */
const usualCpus = 1;

/** The `n`-th of the tests, without mistakes, with everything filled in. */
export function normaliseTest(test: RawTest, n: number, around: TestSurroundings): BootTest {
  const path = ['tests', n];
  return {
    name: test.name,
    certificate: around.certificate,
    matrix: testMatrix(test.matrix, around.media),
    guests: mapValues(machinesOf(test), (guest, name) =>
      testGuest(guest, [...path, ...machinePath(test, name)], around),
    ),
    steps: walk(test).map((view) => testStep(view, around.menuBy)),
    path,
  };
}

function testMatrix(raw: RawTest['matrix'], media: readonly BootMediumKind[]): TestMatrix {
  const or = <T>(said: readonly T[], usual: readonly T[]): T[] => [
    ...new Set(said.length > 0 ? said : usual),
  ];
  const mediums = or(many(raw.medium).map(parseMediumWord), media.map(usualMedium));
  return {
    medium: mediums,
    firmware: or(many(raw.firmware), usualFirmwares),
    memory: or(many(raw.memory).map(bytes), [usualMemory]),
    cpus: or(many(raw.cpus), [usualCpus]),
  };
}

function testGuest(guest: RawGuest, path: Path, around: TestSurroundings): TestGuest {
  return {
    image: guest.image,
    ...(guest.machine === undefined ? {} : { model: guest.machine }),
    firmware: guest.firmware,
    memory: guest.memory === undefined ? undefined : bytes(guest.memory),
    cpus: guest.cpus,
    disks: mapValues(disksOf(guest), (disk, name) => testDisk(disk, [...path, 'disks', name], around)),
    networks: networks(guest.network),
    on: guest.on,
  };
}

const sector = 512;

function testDisk(disk: RawDisk, path: Path, around: TestSurroundings): TestDisk {
  const { bus, size, from, fault, plugged } = disk;
  return {
    bus,
    // Drives have whole sectors.
    size: size === undefined ? undefined : Math.ceil(bytes(size) / sector) * sector,
    from: from === undefined ? undefined : resolve(around.dirAt([...path, 'from']), from),
    filesystem: filesystem(disk.filesystem, [...path, 'filesystem'], around),
    fault: fault && { on: fault.on, error: fault.error, sector: fault.sector, once: fault.once },
    readOnly: disk['read-only'] || bus === 'cd',
    plugged,
  };
}

function filesystem(
  raw: RawDisk['filesystem'],
  path: Path,
  around: TestSurroundings,
): TestFilesystem | undefined {
  if (raw === undefined) return undefined;
  if (typeof raw === 'string') return { type: raw, label: undefined, files: undefined, full: false };
  return {
    type: raw.type,
    label: raw.label,
    files: raw.files === undefined ? undefined : resolve(around.dirAt([...path, 'files']), raw.files),
    full: raw.full ?? false,
  };
}

function networks(raw: RawNetwork = 'user'): TestNetwork[] {
  if (raw === 'none') return [];
  const cards = typeof raw === 'object' && !('link' in raw) ? raw : [raw];
  return cards.map((card) => {
    if (typeof card !== 'string') return { kind: 'link', name: card.link };
    return card === 'user' ? { kind: 'user' } : { kind: 'user', card };
  });
}

/** A size that fits the schema. */
function bytes(text: string): number {
  return parseBytes(text) ?? 0;
}

function mapValues<T, U>(
  values: Readonly<Record<string, T>>,
  change: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));
}
