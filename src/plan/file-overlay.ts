import type { PeFile } from '../recipe/types.ts';
import { type Overlay, type OverlayEntry, overlayFrom } from './source.ts';

/** What a file, folder or link of the recipe puts into a root. */
export function fileOverlay(file: PeFile): Overlay {
  const path = file.path.replace(/^\/+/, '').replace(/\/+$/, '');
  const owner = { uid: file.uid, gid: file.gid, origin: `recipe file ${file.path}` };
  switch (file.from.kind) {
    case 'content': {
      const entry: OverlayEntry = {
        ...owner,
        path,
        type: 'file',
        mode: file.mode ?? 0o644,
        content: file.from.content,
      };
      return { entries: [entry], files: {} };
    }
    case 'link':
      return {
        entries: [{ ...owner, path, type: 'symlink', mode: 0o777, target: file.from.target }],
        files: {},
      };
    case 'source': {
      const found = overlayFrom(file.from.source, path, owner.origin, 'recipe');
      const entries = found.entries.map((entry) => ({
        ...entry,
        uid: file.uid,
        gid: file.gid,
        mode: entry.type === 'file' ? (file.mode ?? entry.mode) : entry.mode,
      }));
      return { entries, files: found.files };
    }
  }
}

/** Several as one, in this order. */
export function joinOverlays(parts: readonly Overlay[]): Overlay {
  return {
    entries: parts.flatMap((part) => part.entries),
    files: Object.assign({}, ...parts.map((part) => part.files)) as Overlay['files'],
  };
}
