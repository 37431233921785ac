import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/base/json.ts';
import { formatSums, parseSums } from '../../../src/formats/sha256sums.ts';
import { run } from '../../../src/sys/run.ts';
import { testFolder } from './fixture.ts';

describe('SHA256SUMS', () => {
  const folder = testFolder();
  const names = ['b.iso', 'a name', 'back\\slash', 'two\nlines'];

  it('is what sha256sum checks, whatever the names are', async () => {
    const sums = names.map((name) => {
      folder.put(name, `contents of ${name}`);
      return { name, sha256: sha256(`contents of ${name}`) };
    });
    folder.put('SHA256SUMS', formatSums(sums));
    await run(['sha256sum', '--check', '--strict', 'SHA256SUMS'], { cwd: folder.path('') });
    const own = await run(['sha256sum', '--', ...names], { cwd: folder.path('') });
    expect(parseSums(own.stdout).sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      parseSums(formatSums(sums)),
    );
  });

  it('fails the check of a file that changed', async () => {
    folder.put('SHA256SUMS', formatSums([{ name: 'x', sha256: sha256('before') }]));
    folder.put('x', 'after');
    await expect(run(['sha256sum', '--check', 'SHA256SUMS'], { cwd: folder.path('') })).rejects.toThrow();
  });

  it('refuses a damaged line', () => {
    expect(() => parseSums('abc  file\n')).toThrow(/line 1/);
  });
});
