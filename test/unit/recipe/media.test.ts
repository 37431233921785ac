import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { agentFileName } from '../../../src/build/plan.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { mediumOfFile } from '../../../src/recipe/tests/media-files.ts';
import { mediumWord, mediumWords, parseMediumWord } from '../../../src/recipe/tests/media-words.ts';
import { type MediaSpec, mediaKinds } from '../../../src/recipe/types.ts';

const mib = 1024 ** 2;
let dir = '';
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function mediaOf(text: string, asked: readonly string[] = []): Promise<MediaSpec> {
  dir = mkdtempSync(join(tmpdir(), 'diskbios-media-'));
  writeFileSync(join(dir, 'box.yaml'), `name: my-little-red-box\nextends: minimal\n${text}`);
  return (await loadRecipe(join(dir, 'box.yaml'), { media: asked })).recipe.media;
}

const described = (media: MediaSpec) => mediaKinds.filter((kind) => media[kind] !== undefined);

describe('the media of a recipe', () => {
  it('are an ISO unless something is said', async () => {
    expect(described(await mediaOf(''))).toEqual(['iso']);
  });

  it('are those that are described, with everything filled in', async () => {
    const text =
      'media: { usb: { slot-size: 0.5GiB, compress: zstd }, ova: { size: 8GiB, filename: b.ova } }\n';
    const media = await mediaOf(text);
    expect(described(media)).toEqual(['iso', 'usb', 'ova']);
    expect(media.usb).toEqual({
      ...{ filename: 'my-little-red-box.img', label: 'MY_LITTLE_R', compress: 'zstd' },
      ...{ size: undefined, slotSize: 512 * mib, dataSize: 64 * mib, dataSizeAsked: false },
    });
    expect(media.ova).toEqual({
      ...{ filename: 'b.ova', label: 'MY_LITTLE_R', memory: 1024 * mib, cpus: 1 },
      ...{ size: 8192 * mib, slotSize: undefined, dataSize: 64 * mib, dataSizeAsked: false },
    });
  });

  it('can be asked for without being described', async () => {
    const media = await mediaOf('media: { usb: { data-size: 128MiB } }\n', ['usb', 'vdi']);
    expect(described(media)).toEqual(['iso', 'usb', 'vdi']);
    expect([media.usb?.dataSize, media.vdi?.dataSize]).toEqual([128 * mib, 64 * mib]);
  });
});

describe('words for media', () => {
  it('stand for a medium as it usually is, or on a bus; disks are no CDs', () => {
    expect(parseMediumWord('usb')).toEqual({ kind: 'usb', as: 'usb' });
    expect(parseMediumWord('qcow2')).toEqual({ kind: 'qcow2', as: 'virtio' });
    expect(mediumWord(parseMediumWord('usb-as-nvme'))).toBe('usb-as-nvme');
    expect(mediumWord(parseMediumWord('usb-as-usb'))).toBe('usb');
    expect(mediumWords.filter((word) => word.endsWith('-as-cd'))).toEqual(['iso-as-cd']);
    expect(mediumWords.filter((word) => /net/.test(word))).toEqual(['netboot']);
    expect(parseMediumWord('netboot')).toEqual({ kind: 'netboot', as: 'network' });
  });

  it('are told by the endings of files, and by what makes a folder one for network boot', () => {
    const files = ['a.iso', 'b.img', 'c.qcow2', 'd.vhdx', 'e'];
    expect(files.map(mediumOfFile)).toEqual(['iso', 'usb', 'qcow2', 'vhdx', 'usb']);
    const folder = mkdtempSync(join(tmpdir(), 'diskbios-media-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect(mediumOfFile(folder)).toBe('usb');
    writeFileSync(join(folder, 'netboot.json'), '{}');
    expect(mediumOfFile(folder)).toBe('netboot');
  });
});

it('files with the agent have it in their names, before all endings', () => {
  const files = ['a.img', 'a.img.bmap', 'a.img.zst', 'a.qcow2', 'a.ova'];
  const named = ['a-agent.img', 'a-agent.img.bmap', 'a-agent.img.zst', 'a-agent.qcow2', 'a-agent.ova'];
  expect(files.map(agentFileName)).toEqual(named);
});
