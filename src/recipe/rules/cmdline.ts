import { parameters } from '../../base/cmdline.ts';
import { nearest } from '../../base/suggest.ts';
import { didYouMean } from '../problems.ts';
import type { Path } from '../yaml/located.ts';
import { type Facts, type Rule, valueAt } from './rule.ts';

/** Keys of the recipe that own a word of the kernel command line. */
const owners: Readonly<Record<string, string>> = {
  'diskbios.mode': '`mode` of the entry',
  'diskbios.system': '`system` of the entry',
  'diskbios.systems': '`systems` of the entry',
  'diskbios.console': '`console` of the entry',
  'diskbios.dir': '`paths.systems`, or `dirs` of the entry',
  'diskbios.data': '`data` of the entry',
  'diskbios.slot': 'nothing: the boot loader says it',
  'diskbios.debug': '`debug` of the entry',
  console: '`boot.consoles`',
  initrd: 'nothing: the builder sets it',
};

/** What a key of the recipe says is not said again, differently, on the command line. */
export const cmdlineRules: Rule = (facts) => {
  checkWords(facts, ['kernel', 'cmdline'], facts.raw.kernel.cmdline);
  for (const [n, entry] of facts.raw.boot.entries.entries()) {
    checkWords(facts, ['boot', 'entries', n, 'cmdline'], entry.cmdline);
  }
};

function checkWords(facts: Facts, path: Path, words: readonly string[]): void {
  for (const [n, word] of words.entries()) {
    const [name = ''] = word.split('=', 1);
    const span = valueAt(facts, [...path, n]);
    const owner = owners[name];
    if (owner !== undefined) {
      facts.problems.error('use-the-key', span, `\`${name}\` is not set on the command line`, {
        expected: owner,
      });
    } else if (name.startsWith('diskbios.')) {
      const known = parameters.map((parameter) => parameter.name);
      facts.problems.error('unknown-parameter', span, `there is no parameter \`${name}\``, {
        expected: `one of ${known.join(', ')}`,
        hint: didYouMean(nearest(name, known)),
      });
    }
  }
}
