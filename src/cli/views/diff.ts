import { formatBytes } from '../../base/sizes.ts';
import type { Comparison, FileChange, PackageChange } from '../../image/compare.ts';
import { columns, signed } from '../columns.ts';

const marks: Readonly<Record<PackageChange['how'] | FileChange['how'], string>> = {
  added: '+',
  removed: '-',
  upgraded: '↑',
  downgraded: '↓',
  rebuilt: '~',
  changed: '~',
};

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
const size = (bytes: number): string => signed(bytes, formatBytes);

function versions({ how, from, to }: PackageChange): string {
  if (how === 'added') return to ?? '';
  if (how === 'removed') return from ?? '';
  return how === 'rebuilt' ? `${to ?? ''}, another build` : `${from ?? ''} → ${to ?? ''}`;
}

function packageLines(changes: readonly PackageChange[]): string {
  const rows = changes.map((change) => [
    `${marks[change.how]} ${change.name}`,
    versions(change),
    size(change.bytes),
  ]);
  return indent(columns(rows, ['left', 'left', 'right']));
}

function fileLines(changes: readonly FileChange[]): string {
  const rows = changes.map((change) => [
    `${marks[change.how]} /${change.path}`,
    size(change.bytes),
    change.what.join(', '),
  ]);
  return indent(columns(rows, ['left', 'right']));
}

function count(changes: readonly { how: string; bytes: number }[]): string {
  const kinds = new Map<string, number>();
  for (const { how } of changes) kinds.set(how, (kinds.get(how) ?? 0) + 1);
  const sum = changes.reduce((total, change) => total + change.bytes, 0);
  const counts = [...kinds].map(([how, number]) => `${number} ${how}`).join(', ');
  return sum === 0 ? counts : `${counts}; ${size(sum)}`;
}

/** The comparison for a person. `files`: every file, not only their number. */
export function comparisonText(comparison: Comparison, files: boolean): string {
  const { from, to } = comparison;
  const sizes = columns([
    ['-', from.file, formatBytes(from.bytes)],
    ['+', to.file, formatBytes(to.bytes), size(to.bytes - from.bytes)],
  ]);
  if (comparison.identical) return `${sizes}\nThe two are the same, byte for byte.\n`;
  let text = sizes;
  const { values, packages, medium } = comparison;
  if (values.length > 0) {
    const rows = values.map(({ name, from: old, to: fresh }) => [
      name,
      `${old || 'none'} → ${fresh || 'none'}`,
    ]);
    text += `\nSettings\n${indent(columns(rows))}`;
  }
  if (packages.length > 0) text += `\nPackages: ${count(packages)}\n${packageLines(packages)}`;
  if (medium.length > 0) text += `\nFiles of the medium: ${count(medium)}\n${fileLines(medium)}`;
  if (comparison.files.length > 0) {
    text += `\nFiles of the PE: ${count(comparison.files)}\n`;
    text += files ? fileLines(comparison.files) : '  (--files lists them)\n';
  }
  if (!comparison.deep) {
    text += '\nPackages and files of the PE are unknown: one of the two was not built by diskbios.\n';
  }
  if (text === sizes) text += '\nThe contents are the same; only the layout of the image differs.\n';
  return text;
}
