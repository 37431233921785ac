import { menuTitles } from '../../../base/menu-titles.ts';
import { nearest } from '../../../base/suggest.ts';
import { didYouMean } from '../../problems.ts';
import { many, type RawStep, type RawTest } from '../../raw-tests.ts';
import { machinesOf } from '../../tests/machines.ts';
import type { Path } from '../../yaml/located.ts';
import { valueAt } from '../rule.ts';
import type { TestFacts } from './test-facts.ts';

/** The entry is in the menu, which can be operated where the step says. */
export function checkMenu(facts: TestFacts, path: Path, step: RawStep, title: string): void {
  const machines = guestsOf(facts.test, step);
  if (machines.some(({ image }) => image)) {
    checkTitle(facts, path, title);
    checkLoader(facts, path);
  }
  // The firmware that is not said is that of the matrix, which has both where it says nothing.
  const { firmware } = facts.test.matrix;
  const usual = firmware === undefined || many(firmware).includes('bios') ? 'bios' : 'uefi';
  if (title === menuTitles.firmwareSetup && machines.some((each) => (each.firmware ?? usual) === 'bios')) {
    facts.problems.error(
      'no-such-entry',
      valueAt(facts, [...path, 'menu']),
      `there is no \`${title}\` on BIOS`,
      {
        expected: '`firmware: uefi` in the `matrix`, or another entry',
      },
    );
  }
  if (step.by === 'serial' && !facts.serialMenu) {
    facts.problems.error('no-effect', valueAt(facts, [...path, 'by']), 'the boot menu is on no serial line', {
      expected: 'a console such as ttyS0,115200n8 in `boot.consoles`, or `by: keyboard`',
    });
  }
}

function guestsOf(test: RawTest, step: RawStep) {
  const said = many(step.on);
  const machines = Object.entries(machinesOf(test));
  return machines.filter(([name]) => said.length === 0 || said.includes(name)).map(([, machine]) => machine);
}

/** What is started as a bare kernel shows no menu. */
function checkLoader(facts: TestFacts, path: Path): void {
  const words = many(facts.test.matrix.medium).filter((word) => word.endsWith('-as-kernel'));
  if (words.length === 0) {
    if (many(facts.test.matrix.medium).includes('netboot') && startsByBios(facts.test)) {
      facts.problems.error(
        'no-effect',
        valueAt(facts, [...path, 'menu']),
        'on BIOS, `netboot` has the menu of iPXE, which is on the screen only',
        { expected: '`firmware: uefi`, or another `medium`' },
      );
    }
    return;
  }
  facts.problems.error(
    'no-effect',
    valueAt(facts, [...path, 'menu']),
    `there is no menu with \`${words[0] ?? ''}\``,
    {
      expected: 'a `medium` with a boot loader, such as `iso`',
    },
  );
}

function startsByBios({ matrix }: RawTest): boolean {
  return matrix.firmware === undefined || many(matrix.firmware).includes('bios');
}

function checkTitle(facts: TestFacts, path: Path, title: string): void {
  const { titles } = facts;
  if (titles === undefined || titles.includes(title)) return;
  facts.problems.error(
    'no-such-entry',
    valueAt(facts, [...path, 'menu']),
    `no entry of the boot menu has the title \`${title}\``,
    {
      expected: `one of ${titles.map((each) => `\`${each}\``).join(', ')}`,
      hint: didYouMean(nearest(title, titles)),
    },
  );
}
