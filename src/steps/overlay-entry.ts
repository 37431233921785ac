import type { Content, Entry } from '../formats/tree.ts';
import type { OverlayEntry } from '../plan/source.ts';
import type { StepContext } from '../plan/types.ts';

function contentOf(context: StepContext, item: OverlayEntry): { content: Content; size: number } {
  if (item.source !== undefined) {
    const file = context.files[item.source];
    if (file === undefined) throw new Error(`the step has no source ${item.source}`);
    return { content: { file: file.path, offset: 0 }, size: file.size };
  }
  const bytes = Buffer.from(item.content ?? '');
  return { content: { bytes }, size: bytes.length };
}

/** An entry of an overlay as one of a root, at the step's time. */
export function overlayEntry(context: StepContext, item: OverlayEntry): Entry {
  const { path, mode, uid, gid, origin } = item;
  const common = { path, mode, uid, gid, origin, mtime: context.epoch };
  switch (item.type) {
    case 'dir':
      return { ...common, type: 'dir' };
    case 'symlink':
      return { ...common, type: 'symlink', target: item.target ?? '' };
    case 'file':
      return { ...common, type: 'file', ...contentOf(context, item) };
  }
}
