/** A folder or a file with everything below it summed up. */
export interface SpaceNode {
  readonly name: string;
  readonly bytes: number;
  /** Files below it; 1 for a file. */
  readonly files: number;
  /** Biggest first. Empty for a file. */
  readonly children: readonly SpaceNode[];
}

interface Growing {
  bytes: number;
  files: number;
  children: Map<string, Growing>;
}

function sorted(name: string, node: Growing): SpaceNode {
  const children = [...node.children]
    .map(([childName, child]) => sorted(childName, child))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  return { name, bytes: node.bytes, files: node.files, children };
}

/** Sums files up into the folders they are in. */
export function spaceTree(name: string, items: Iterable<{ path: string; size: number }>): SpaceNode {
  const root: Growing = { bytes: 0, files: 0, children: new Map() };
  for (const { path, size } of items) {
    let node = root;
    node.bytes += size;
    node.files += 1;
    for (const part of path.split('/').filter((p) => p !== '')) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = { bytes: 0, files: 0, children: new Map() };
        node.children.set(part, child);
      }
      node = child;
      node.bytes += size;
      node.files += 1;
    }
  }
  return sorted(name, root);
}

export interface SpaceOptions {
  /** Levels below the root. */
  readonly depth: number;
  /** What takes less than this share of the whole (0 to 1) is summed up in one line. */
  readonly minShare: number;
}

/** One line of a drawn tree. */
export interface SpaceLine {
  readonly bytes: number;
  /** Of the whole, 0 to 1. */
  readonly share: number;
  /** Branches and name: `│  ├─ usr`. */
  readonly label: string;
}

/** Lays a tree out in lines, biggest first. */
export function spaceLines(root: SpaceNode, { depth, minShare }: SpaceOptions): SpaceLine[] {
  const whole = Math.max(1, root.bytes);
  const lines: SpaceLine[] = [{ bytes: root.bytes, share: root.bytes / whole, label: root.name }];

  function below(node: SpaceNode, indent: string, level: number): void {
    if (level > depth) return;
    const shown = node.children.filter((child) => child.bytes / whole >= minShare && child.bytes > 0);
    const rest = node.children.slice(shown.length);
    const restBytes = rest.reduce((sum, child) => sum + child.bytes, 0);
    shown.forEach((child, index) => {
      const last = index === shown.length - 1 && restBytes === 0;
      const name = child.children.length > 0 ? `${child.name}/` : child.name;
      const label = `${indent}${last ? '└─' : '├─'} ${name}`;
      lines.push({ bytes: child.bytes, share: child.bytes / whole, label });
      below(child, `${indent}${last ? '   ' : '│  '}`, level + 1);
    });
    if (restBytes > 0) {
      lines.push({
        bytes: restBytes,
        share: restBytes / whole,
        label: `${indent}└─ … ${rest.length} smaller`,
      });
    }
  }

  below(root, '', 1);
  return lines;
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of `width` columns that is filled up to `share` (0 to 1). */
export function bar(share: number, width: number): string {
  const steps = Math.max(0, Math.min(width * 8, Math.round(share * width * 8)));
  const text = '█'.repeat(Math.floor(steps / 8)) + (eighths[steps % 8] ?? '');
  return text.padEnd(width);
}
