import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SpdxDocument } from '../../../src/formats/spdx-types.ts';
import type { Entry } from '../../../src/formats/tree.ts';
import { stepNode } from '../../../src/plan/node.ts';
import type { Artifact, StepContext } from '../../../src/plan/types.ts';
import { packageInput } from '../../../src/steps/package.ts';
import { type SbomOptions, sbomFiles, sbomNode } from '../../../src/steps/sbom.ts';
import { toolsStep } from '../../../src/steps/tools.ts';
import { saveTree } from '../../../src/steps/tree-file.ts';
import { run } from '../../../src/sys/run.ts';
import { packageOf } from '../../helpers/manifest.ts';
import { testFolder } from './fixture.ts';

const folder = testFolder();
const common = { mode: 0o644, uid: 0, gid: 0, mtime: 0, origin: 'test' };
const copyright =
  'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\nLicense: Zlib\n';

/** A package as the package step leaves it in the store. */
function read(name: string, entries: readonly Entry[]): Artifact {
  const dir = folder.path(name);
  mkdirSync(dir);
  writeFileSync(
    join(dir, 'control.json'),
    JSON.stringify({ control: `Package: ${name}\nVersion: 1-1\n`, scripts: {} }),
  );
  saveTree(join(dir, 'tree.json'), entries);
  return { id: name, dir, file: (file) => join(dir, file) };
}

const docFile = (path: string): Entry => ({
  ...common,
  type: 'file',
  path: `usr/share/doc/${path}`,
  size: copyright.length,
  content: { bytes: Buffer.from(copyright) },
});
const docLink = (path: string, target: string): Entry => ({
  ...common,
  type: 'symlink',
  path: `usr/share/doc/${path}`,
  target,
});

describe('the step that writes the SBOM', () => {
  const names = ['own', 'folder', 'file', 'circle', 'none'];
  const options: SbomOptions = {
    name: 'box',
    version: '1',
    suite: 'trixie',
    builder: '0.1.0',
    kernel: 'own',
    epoch: 1_700_000_000,
    packages: names.map((name) => ({ ...packageOf(name, '1-1'), source: 'debian' })),
    tools: [{ ...packageOf('xorriso', '1.5-1'), source: 'debian' }],
  };

  async function runStep(): Promise<{ document: SpdxDocument; packed: Buffer }> {
    const artifacts = [
      read('own', [docFile('own/copyright')]),
      read('folder', [docLink('folder', 'own')]),
      read('file', [docLink('file/copyright', '../own/copyright')]),
      read('circle', [docLink('circle', 'circle')]),
      read('none', []),
    ];
    const inputs = Object.fromEntries(artifacts.map((artifact) => [packageInput(artifact.id), artifact]));
    mkdirSync(folder.path('out'));
    const node = sbomNode(options, stepNode(toolsStep, { title: 'tools' }));
    expect(Object.keys(node.inputs).sort()).toEqual(Object.keys(inputs).sort());
    // The step touches nothing else of its context; gzip stands for the pinned zstd, which packs the same format.
    const context = {
      inputs,
      out: folder.path('out'),
      toolsReady: () => Promise.resolve(),
      tool: () => ['gzip', '-nc'],
      run,
    };
    await node.kind.run(context as unknown as StepContext, node.options);
    const packed = readFileSync(folder.path(`out/${sbomFiles.packed}`));
    const plain = readFileSync(folder.path(`out/${sbomFiles.plain}`), 'utf8');
    expect(gunzipSync(packed).toString('utf8')).toBe(plain);
    return { document: JSON.parse(plain) as SpdxDocument, packed };
  }

  it('finds copyright files, through links between packages of one source too', async () => {
    const { document } = await runStep();
    const licences = document.packages
      .filter((item) => names.includes(item.name))
      .map((item) => `${item.name} ${item.licenseDeclared}`);
    expect(licences).toEqual([
      'circle NOASSERTION',
      'file Zlib',
      'folder Zlib',
      'none NOASSERTION',
      'own Zlib',
    ]);
    expect(document.packages.map((item) => item.name)).toContain('xorriso');
  });
});
