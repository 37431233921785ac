import { normaliseTest } from './normalise-tests.ts';
import type { BootTest } from './test-types.ts';
import type { BootMediumKind } from './types.ts';

/**
 * What images, and recipes without `tests:`, are tested for: on both firmwares, each medium boots, the PE gets ready, and
 * hears the power button.
 */
export function defaultTests(media: readonly BootMediumKind[]): BootTest[] {
  const boots = {
    name: 'boots',
    matrix: {},
    steps: [{ ready: 'live' }, { poweroff: { by: 'button', within: '20s' } }],
  } as const;
  return [normaliseTest(boots, 0, { media, menuBy: 'serial', dirAt: () => '/' })];
}
