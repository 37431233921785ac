import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import type { ProofReport } from '../../src/proof/result.ts';
import { run } from '../../src/sys/run.ts';
import { type Mutation, mutations } from './mutations.ts';

const dir = mkdtempSync(join(tmpdir(), 'mutation-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A copy of diskbios as it would be installed, with one thing changed. */
function mutated(patch: Mutation['patch']): string {
  const copy = mkdtempSync(join(dir, 'package-'));
  for (const part of [
    'dist',
    'recipes',
    'rootfs-templates',
    'grub',

    'src/debian/keys',
    'package.json',
  ]) {
    cpSync(join(packageRoot(), part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(packageRoot(), 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'test'));
  cpSync(join(packageRoot(), 'test/mutation/proof.yaml'), join(copy, 'recipes', 'proof.yaml'));
  if (patch !== undefined) {
    const file = join(copy, patch.file);
    const before = readFileSync(file, 'utf8');
    const after = before.replace(patch.search, () => patch.replace);
    expect(after, `${patch.file} has ${String(patch.search)}`).not.toBe(before);
    writeFileSync(file, after);
  }
  return copy;
}

/** What `diskbios test` says of it. */
async function proof({ patch, set = [] }: Pick<Mutation, 'patch' | 'set'>): Promise<ProofReport> {
  const copy = mutated(patch);
  const { stdout, stderr } = await run(
    [
      ...[process.execPath, join(copy, 'dist', 'diskbios.js'), 'test', 'recipes/proof.yaml', '--json'],
      ...['-o', join(copy, 'out'), ...set.flatMap((each) => ['--set', each])],
    ],
    {
      cwd: copy,
      env: { HOME: dir, XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(dir, 'cache') },
      okCodes: [0, 1],
    },
  );
  const [report] = JSON.parse(stdout === '' ? '[]' : stdout) as ProofReport[];
  if (report === undefined) throw new Error(`no report: ${stderr}`);
  return report;
}

describe('a proof turns red when what it proves is taken away', () => {
  test('and is green when nothing is', async () => {
    const { cases } = await proof({});
    expect(cases.map(({ outcome, failure }) => [outcome, failure?.message])).toEqual([['passed', undefined]]);
  });

  test.each(mutations)('$name', async (mutation) => {
    const [result] = (await proof(mutation)).cases;
    expect(result?.outcome).toBe('failed');
    const step = result?.steps[result.failure?.step ?? -1];
    expect({ name: result?.failure?.name, step: step?.title }, result?.failure?.message).toEqual({
      name: mutation.failure,
      step: expect.stringMatching(mutation.step) as string,
    });
  });
});
