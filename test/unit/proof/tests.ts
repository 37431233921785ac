import type { BootTest, TestMatrix, TestMedium } from '../../../src/recipe/test-types.ts';

export const iso: TestMedium = { kind: 'iso', as: 'cd' };
export const isoAsUsb: TestMedium = { kind: 'iso', as: 'usb' };

/** A test with a matrix of one combination, unless given. */
export function bootTest(
  name: string,
  over: Partial<Omit<BootTest, 'matrix'>> & { readonly matrix?: Partial<TestMatrix> } = {},
): BootTest {
  const { matrix, ...rest } = over;
  return {
    name,
    matrix: { medium: [iso], firmware: ['bios'], memory: [512 * 1024 ** 2], cpus: [2], ...matrix },
    guests: {
      pe: {
        image: true,
        firmware: undefined,
        memory: undefined,
        cpus: undefined,
        disks: {},
        networks: [{ kind: 'user' }],
        on: true,
      },
    },
    steps: [],
    path: ['tests', 0],
    ...rest,
  };
}
