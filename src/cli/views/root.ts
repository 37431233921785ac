import { formatBytes } from '../../base/sizes.ts';
import { type RootReport, visibleFiles } from '../../image/root-medium.ts';
import { columns } from '../columns.ts';

const forms: Readonly<Record<RootReport['form'], string>> = {
  image: 'a container image',
  archive: 'an archive of a root',
  folder: 'a root in a folder, with kernel and initrd',
};

const letters = {
  ...{ file: '-', dir: 'd', symlink: 'l', hardlink: 'h' },
  ...{ char: 'c', block: 'b', fifo: 'p' },
} as const;

/** What a root is, in a few lines. */
export function rootOverview(report: RootReport): string {
  const files = visibleFiles(report).filter(({ type }) => type === 'file');
  const unpacked = files.reduce((sum, { size }) => sum + size, 0);
  const rows: [string, string][] = [
    ['file', report.file],
    ['size', `${formatBytes(report.bytes)} (${report.bytes} bytes)`],
    ['what', forms[report.form]],
  ];
  if (report.name !== undefined) rows.push(['name', report.name]);
  if (report.form === 'image') {
    for (const { digest = '', bytes, files: inside } of report.layers) {
      rows.push(['layer', `${digest}, ${formatBytes(bytes)}, ${inside.length} entries`]);
    }
  }
  rows.push(['holds', `${files.length} files, ${formatBytes(unpacked)}`]);
  return columns(rows);
}

/** Every file with its permissions, owner and size. */
export function rootFiles(report: RootReport): string {
  const rows = visibleFiles(report).map(({ path, type, size, mode, uid, gid, target }) => [
    `${letters[type]}${mode.toString(8).padStart(4, '0')}`,
    `${uid}:${gid}`,
    formatBytes(size),
    `/${path}${target === undefined ? '' : ` -> ${type === 'hardlink' ? '/' : ''}${target}`}`,
  ]);
  return columns(rows, ['left', 'left', 'right']);
}
