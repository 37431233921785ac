import { describe, expect, it } from 'vitest';
import { register } from '../../../src/cli/commands/inspect.ts';
import { manifestPath, packManifest, plainGzip } from '../../../src/formats/manifest.ts';
import { bar, spaceLines, spaceTree } from '../../../src/formats/treemap.ts';
import { runCommand } from '../../helpers/cli.ts';
import { exampleManifest } from '../../helpers/manifest.ts';
import { tinyIso } from '../../helpers/tiny-iso.ts';
import { testFolder, xorrisoImage } from './fixture.ts';

const folder = testFolder();
const inspect = (...argv: string[]) => runCommand(register, ['inspect', ...argv]);
const built = (): string =>
  folder.put(
    'built.iso',
    tinyIso({
      [manifestPath]: packManifest(exampleManifest()),
      'diskbios/sbom.spdx.json.gz': plainGzip('{}\n'),
    }),
  );

describe('diskbios inspect', () => {
  it('shows what an image boots on and its entries', async () => {
    const { out } = await inspect(folder.put('x.iso', xorrisoImage()));
    expect(out).toMatch(
      /boots on\s+BIOS as CD and as stick or disk; UEFI as CD and as stick or disk \(BOOTX64\.EFI\)/,
    );
    expect(out).toMatch(/kernel\s+6\.12\.0-example/);
    expect(out).toContain(
      '  Example (default)\n    /boot/vmlinuz diskbios.mode=live console=tty0 console=ttyS0,115200n8\n',
    );
    expect(out).toContain('  More > First disk\n');
    expect(out).toContain('! the entry "Memory test" loads /boot/memtest.bin');
    expect(out).toContain('did not build it');
  });

  it('says of an image with the agent that it is not for shipping, and of others nothing', async () => {
    const manifest = packManifest(exampleManifest({ agent: true }));
    const { out } = await inspect(folder.put('agent.iso', tinyIso({ [manifestPath]: manifest })));
    expect(out).toMatch(/^for test\s+it carries the agent, .*not for shipping$/m);
    expect((await inspect(built())).out).not.toContain('agent');
  });

  it('lists packages with versions and sizes in columns', async () => {
    const { out } = await inspect(built(), '--packages');
    expect(out).toBe(
      [
        'Packages',
        '  busybox-static  1:1.37.0-6  2.9 KiB',
        '  lxc             1:6.0.4-4   1.5 KiB',
        '  2 packages                  4.4 KiB',
        '  12 files (33.8 KiB) of the packages were left out',
        '',
      ].join('\n'),
    );
  });

  it('lists files with their origin', async () => {
    const { out } = await inspect(built(), '--files');
    expect(out).toMatch(/-0755\s+2\.9 KiB\s+package busybox-static\s+\/usr\/bin\/busybox\n/);
    expect(out).toMatch(/l0777\s+0 B\s+builder\s+\/usr\/bin\/sh -> busybox\n/);
    expect(out).toMatch(/\/diskbios\/manifest\.json\.gz/);
  });

  it('draws what takes the space as deep as asked', async () => {
    const one = await inspect(built(), '--tree', '1');
    expect(one.out).toMatch(/4\.4 KiB\s+100\.0 %\s+█{16}\s+all\n/);
    expect(one.out).toMatch(/99\.7 %\s+█+\S*\s+├─ usr\/\n/);
    expect(one.out).not.toContain('busybox');
    expect((await inspect(built(), '--tree', '3')).out).toContain('├─ busybox\n');
    expect((await inspect(built(), '--tree', 'x')).error).toMatchObject({ exitCode: 1 });
  });

  it('shows boot images and partitions with --boot', async () => {
    const { out } = await inspect(folder.put('x.iso', xorrisoImage()), '--boot');
    expect(out).toMatch(/uefi\s+bootable\s+at byte \d+\s+loads 32 sectors/);
    expect(out).toMatch(/gpt 2\s+16\.0 KiB\s+at byte \d+\s+EFI system partition\s+Appended2/);
  });

  it('prints the bill of materials, and says where there is none', async () => {
    expect((await inspect(built(), '--sbom')).out).toBe('{}\n');
    const { error } = await inspect(folder.put('x.iso', xorrisoImage()), '--sbom');
    expect(error).toMatchObject({ code: 'no-sbom' });
  });

  it('gives everything as JSON', async () => {
    const { out } = await inspect(built(), '--json');
    expect(JSON.parse(out)).toMatchObject({
      label: 'TINY',
      manifest: { name: 'example', packages: [{ name: 'busybox-static' }, { name: 'lxc' }] },
      sbom: 'diskbios/sbom.spdx.json.gz',
    });
  });
});

describe('a tree of sizes', () => {
  const tree = spaceTree('all', [
    { path: 'a/x', size: 600 },
    { path: 'a/y', size: 100 },
    { path: 'b', size: 299 },
    { path: 'c', size: 1 },
  ]);

  it('sums folders up, biggest first', () => {
    expect(tree).toMatchObject({ bytes: 1000, files: 4 });
    expect(tree.children.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['a', 700],
      ['b', 299],
      ['c', 1],
    ]);
  });

  it('is drawn with what is too small put together', () => {
    expect(
      spaceLines(tree, { depth: 2, minShare: 0.01 }).map(({ bytes, label }) => `${bytes} ${label}`),
    ).toEqual(['1000 all', '700 ├─ a/', '600 │  ├─ x', '100 │  └─ y', '299 ├─ b', '1 └─ … 1 smaller']);
  });

  it('has bars of the same width', () => {
    expect([0, 0.5, 0.53, 1].map((share) => bar(share, 4))).toEqual(['    ', '██  ', '██▏ ', '████']);
  });
});
