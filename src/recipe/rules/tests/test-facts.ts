import type { RawTest } from '../../raw-tests.ts';
import type { BootMediumKind } from '../../types.ts';
import type { Path } from '../../yaml/located.ts';
import type { Facts } from '../rule.ts';

/** What there is to test. */
export interface UnderTest {
  /** The media that there are. */
  readonly media: readonly BootMediumKind[];
  /** Titles in the boot menu; `undefined`: not known. */
  readonly titles: readonly string[] | undefined;
  /** Whether the boot menu is on a serial line. */
  readonly serialMenu: boolean;
}

/** What the rules about one test look at. */
export interface TestFacts extends Facts, UnderTest {
  readonly test: RawTest;
  readonly path: Path;
}
