import { resolve } from 'node:path';
import { parseHardwareReport } from '../../base/hardware-report.ts';
import { componentOf, firmwareComponent, firmwarePackages } from '../../hardware/firmware-packages.ts';
import { fileKind, nearestFile, readText } from '../disk.ts';
import { hardwarePackages } from '../hardware-packages.ts';
import { hardwareSpec } from '../normalise-hardware.ts';
import { didYouMean } from '../problems.ts';
import { type Facts, isWritten, type Rule, valueAt } from './rule.ts';

/** The file of a machine is there and is one; firmware and microcode can be had; what is asked for has an effect. */
export const hardwareRules: Rule = (facts) => {
  if (!checkMachine(facts)) return;
  checkGlobs(facts);
  checkComponents(facts);
};

const probed =
  'a file that `diskbios hardware probe` wrote, relative to the folder of the recipe it is written in';

function checkMachine(facts: Facts): boolean {
  const { from } = facts.raw.hardware;
  if (from === undefined) return true;
  const span = valueAt(facts, ['hardware', 'from']);
  const file = resolve(span.source.dir, from);
  if (fileKind(file) !== 'file') {
    facts.problems.error('missing-file', span, `there is no file \`${from}\``, {
      expected: probed,
      hint: didYouMean(nearestFile(from, file)),
    });
    return false;
  }
  const read = parseHardwareReport(readText(file));
  if ('report' in read) return true;
  facts.problems.error('not-a-machine', span, `\`${from}\` does not describe a machine: ${read.wrong}`, {
    expected: probed,
  });
  return false;
}

/** A glob that leads to no package of Debian's finds nothing. */
function checkGlobs(facts: Facts): void {
  const { firmware } = facts.raw.hardware;
  if (firmware === undefined || typeof firmware === 'string') return;
  for (const [n, glob] of firmware.entries()) {
    if (firmwarePackages(glob).length > 0) continue;
    facts.problems.error(
      'no-such-firmware',
      valueAt(facts, ['hardware', 'firmware', n]),
      `no package of Debian’s has firmware that fits \`${glob}\``,
      { expected: 'a path or glob below /usr/lib/firmware, such as rtl_nic/** or iwlwifi-*' },
    );
  }
}

/** Nearly all firmware, and all microcode, is in a component of Debian that a recipe has to name. */
function checkComponents(facts: Facts): void {
  const { components } = facts.raw.packages;
  const missing = hardwarePackages(hardwareSpec(facts)).filter(
    (name) => !components.includes(componentOf(name)),
  );
  if (missing.length === 0 || !components.includes('main')) return;
  const key = (['firmware', 'microcode', 'from', 'profiles'] as const).find((each) =>
    isWritten(facts, ['hardware', each]),
  );
  facts.problems.error(
    'no-firmware-component',
    valueAt(facts, ['hardware', ...(key === undefined ? [] : [key])]),
    `firmware and microcode for this are in Debian’s ${firmwareComponent}, which the recipe does not use: ${missing.join(', ')}`,
    {
      expected: `\`packages: { components: [main, ${firmwareComponent}] }\``,
      hint: 'or do without: `hardware: { firmware: none, microcode: none }`; `firmware: [PATH…]` asks for certain files only',
    },
  );
}
