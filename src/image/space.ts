import { type SpaceNode, spaceTree } from '../formats/treemap.ts';
import type { ImageReport, MediumFile } from './describe.ts';

/** What takes the space on the medium: its files, with the initrd opened up as far as it can be. */
export function mediumSpace(report: ImageReport): SpaceNode {
  const initrds = new Map(report.initrds.map((initrd) => [initrd.path.replace(/^\/+/, ''), initrd]));
  const items = report.files.flatMap((file): MediumFile[] => {
    const initrd = initrds.get(file.path);
    if (initrd === undefined) return [file];
    let rest = file.size;
    const inside = initrd.segments.flatMap((segment, index): MediumFile[] => {
      rest -= segment.bytes;
      if (segment.compression !== 'none' || segment.files === undefined) {
        return [{ path: `${file.path}/segment ${index + 1} (${segment.compression})`, size: segment.bytes }];
      }
      const held = segment.files.reduce((sum, { size }) => sum + size, 0);
      rest += segment.bytes - held;
      return segment.files.map(({ path, size }) => ({ path: `${file.path}/${path}`, size }));
    });
    return rest > 0 ? [...inside, { path: `${file.path}/(headers)`, size: rest }] : inside;
  });
  const files = items.reduce((sum, { size }) => sum + size, 0);
  const others = Math.max(0, report.bytes - files);
  return spaceTree('on the medium', [
    ...items,
    { path: '(boot sectors, directories, EFI partition)', size: others },
  ]);
}

/** What takes the space in the PE, unpacked, from the manifest. */
export function unpackedSpace(report: ImageReport): SpaceNode | undefined {
  const { manifest } = report;
  if (manifest === undefined) return undefined;
  return spaceTree(
    'unpacked in the PE',
    manifest.files.filter((file) => file.type === 'file'),
  );
}
