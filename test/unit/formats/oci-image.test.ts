import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/base/json.ts';
import { blobPath, type OciImage, ociLayout, ociTag } from '../../../src/formats/oci-image.ts';

const image: OciImage = {
  ...{ name: 'localhost/box', tag: '1.0', title: 'box', version: '1.0', architecture: 'amd64' },
  created: 1735689600,
  compress: 'gzip',
  layers: [
    { sha256: 'a'.repeat(64), plain: '1'.repeat(64), bytes: 10, title: 'layer packages' },
    { sha256: 'b'.repeat(64), plain: '2'.repeat(64), bytes: 20, title: 'layer pe' },
  ],
  command: ['/bin/sh'],
  env: ['PATH=/bin'],
};

const files = (of: OciImage): Map<string, string> =>
  new Map(ociLayout(of).map(({ path, text }) => [path, text]));
const json = (text: string | undefined): unknown => JSON.parse(text ?? '');

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** The file that a descriptor names, its digest and length checked. */
function follow(all: Map<string, string>, { digest, size }: Descriptor): string {
  const text = all.get(blobPath(digest.replace('sha256:', ''))) ?? '';
  expect([`sha256:${sha256(text)}`, Buffer.byteLength(text)]).toEqual([digest, size]);
  return text;
}

describe('an image layout', () => {
  it('leads from the index to the layers by digests that are right', () => {
    const all = files(image);
    const { manifests } = json(all.get('index.json')) as { manifests: [Descriptor] };
    const manifest = json(follow(all, manifests[0])) as Manifest;
    const config = json(follow(all, manifest.config)) as { rootfs: { diff_ids: string[] } };
    expect(manifest.layers.map(({ digest, size }) => [digest, size])).toEqual([
      [`sha256:${'a'.repeat(64)}`, 10],
      [`sha256:${'b'.repeat(64)}`, 20],
    ]);
    expect(config.rootfs.diff_ids).toEqual([`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`]);
  });

  it('is Docker’s archive as well, of the same config and layers', () => {
    const all = files(image);
    const { manifests } = json(all.get('index.json')) as { manifests: [Descriptor] };
    const { config } = json(follow(all, manifests[0])) as Manifest;
    expect(json(all.get('manifest.json'))).toEqual([
      {
        Config: `blobs/sha256/${config.digest.replace('sha256:', '')}`,
        RepoTags: ['localhost/box:1.0'],
        Layers: [`blobs/sha256/${'a'.repeat(64)}`, `blobs/sha256/${'b'.repeat(64)}`],
      },
    ]);
  });

  it.each([
    ['none', 'application/vnd.oci.image.layer.v1.tar'],
    ['gzip', 'application/vnd.oci.image.layer.v1.tar+gzip'],
    ['zstd', 'application/vnd.oci.image.layer.v1.tar+zstd'],
  ] as const)('names layers packed by %s as %s', (compress, type) => {
    const all = files({ ...image, compress });
    const { manifests } = json(all.get('index.json')) as { manifests: [Descriptor] };
    const { layers } = json(follow(all, manifests[0])) as Manifest;
    expect(layers.map(({ mediaType }) => mediaType)).toEqual([type, type]);
  });

  it('says when it was made in whole seconds', () => {
    expect([...files(image).values()].join()).toContain('"created":"2025-01-01T00:00:00Z"');
  });
});

it.each([
  ['1.0', '1.0'],
  ['1.0+git~2', '1.0-git-2'],
  ['.x', 'x'],
  ['+', '-'],
  ['a'.repeat(200), 'a'.repeat(128)],
])('the version %s is the tag %s', (version, tag) => {
  expect(ociTag(version)).toBe(tag === '-' ? 'latest' : tag);
});
