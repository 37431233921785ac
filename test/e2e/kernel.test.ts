import { expect, test } from 'vitest';
import { kernelInputs, readKernelRecord, writeKernelRecord } from '../helpers/kernel-record.ts';
import { recipeCases } from '../helpers/recipe-cases.ts';

// A kernel takes longer to compile than everything else here takes together. So that of `cloudbios-fast` is compiled and booted where its
// options or the scripts that build it have changed since that was last done, and by `make kernel`, which keeps the record of it.
const recipe = 'cloudbios-fast';
const asked = process.env['PROVE_KERNEL'] === '1';
const inputs = await kernelInputs(recipe);
const record = readKernelRecord();

if (!asked && record?.inputs === inputs)
  test(`the kernel of ${recipe} has booted as it is now`, () => {
    expect(record.recipe).toBe(recipe);
    expect(record.cases).toContain('boots everywhere: iso, BIOS');
    expect(record.cases).toContain('boots everywhere: iso, UEFI');
  });
else {
  const { reports } = await recipeCases('kernel', [recipe]);
  const [report] = reports;
  if (asked && report?.cases.every(({ outcome }) => outcome === 'passed') === true)
    writeKernelRecord(inputs, report);
}
