import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src/base/json.ts';
import { imageFacts } from '../../../src/proof/image-facts.ts';

test('a folder for network boot is known by all its files, as sha256sum lists them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'diskbios-facts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'boot'));
  for (const [name, text] of Object.entries({ 'netboot.json': '{}', 'boot/vmlinuz': 'kernel', b: '' }))
    writeFileSync(join(folder, name), text);
  const listed = execFileSync('sh', ['-c', 'find * -type f | LC_ALL=C sort | xargs sha256sum'], {
    cwd: folder,
  });
  const facts = imageFacts('netboot', folder);
  expect(facts).toEqual({
    ...{ medium: 'netboot', file: folder, size: 8, agent: false, layers: undefined },
    sha256: sha256(listed.toString()),
  });
  writeFileSync(join(folder, 'b'), '!');
  expect(imageFacts('netboot', folder).sha256).not.toBe(facts.sha256);
});
