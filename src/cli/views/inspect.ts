import { needText } from '../../base/memory-words.ts';
import { formatBytes } from '../../base/sizes.ts';
import { type Manifest } from '../../formats/manifest.ts';
import { bar, type SpaceNode, spaceLines } from '../../formats/treemap.ts';
import type { BootFacts } from '../../image/boot.ts';
import type { ImageReport } from '../../image/describe.ts';
import { shellLine } from '../../sys/run.ts';
import { columns } from '../columns.ts';

const heading = (text: string): string => `\n${text}\n`;
const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');
const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

function bootsOn({ bios, uefi, efiLoaders }: BootFacts): string {
  const media = (on: { cd: boolean; stick: boolean }): string =>
    [on.cd ? 'as CD' : '', on.stick ? 'as stick or disk' : ''].filter((word) => word !== '').join(' and ');
  const parts = [
    media(bios) === '' ? '' : `BIOS ${media(bios)}`,
    media(uefi) === '' ? '' : `UEFI ${media(uefi)} (${efiLoaders.join(', ')})`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing that is known' : parts.join('; ');
}

const formats: Readonly<Record<string, string>> = {
  raw: 'as it is',
  vpc: 'VHD',
  vhdx: 'VHDX',
  vmdk: 'VMDK',
  vdi: 'VDI',
  ova: 'a virtual machine (OVA)',
};

/** What it is, in a few lines. */
export function overview(report: ImageReport): string {
  const { manifest, kernel } = report;
  const rows: [string, string][] = [
    ['file', report.file],
    ['size', `${formatBytes(report.bytes)} (${report.bytes} bytes)`],
    ['volume', report.label],
  ];
  if (report.virtualBytes !== undefined) {
    rows.push(['disk', `${formats[report.format] ?? report.format}, of ${formatBytes(report.virtualBytes)}`]);
  }
  if (report.slot !== undefined) rows.push(['slot', `${report.slot} is started; what follows is about it`]);
  if (manifest !== undefined) {
    rows.push(
      ['image', `${manifest.name} ${manifest.version} for ${manifest.arch}, Debian ${manifest.suite}`],
      ['built', `by diskbios ${manifest.builder}, dated ${day(manifest.epoch)}`],
    );
  } else if (report.application !== '') rows.push(['made by', report.application]);
  rows.push(['boots on', bootsOn(report.boot)]);
  if (kernel !== undefined)
    rows.push(['kernel', `${kernel.version ?? 'unknown'}, ${formatBytes(kernel.bytes)}`]);
  for (const { path, bytes, segments } of report.initrds) {
    const parts = segments.length === 1 ? 'one part' : `${segments.length} parts`;
    rows.push(['initrd', `${path}, ${formatBytes(bytes)} in ${parts}`]);
  }
  if (manifest !== undefined) rows.push(['holds', holds(manifest)]);
  for (const { name, version } of manifest?.carried?.templates ?? [])
    rows.push(['carries', `the template ${name}@${version}`]);
  for (const { name, kind, template } of manifest?.carried?.systems ?? [])
    rows.push(['carries', `the system ${name} (${kind} on ${template.name}@${template.version})`]);
  if (manifest?.memory !== undefined)
    rows.push(['memory', needText(manifest.memory, { bios: true, estimate: false })]);
  if (manifest?.agent === true)
    rows.push(['for test', 'it carries the agent, which carries out commands: not for shipping']);
  const problems = report.boot.problems.map((problem) => `  ! ${problem}\n`).join('');
  return columns(rows) + (problems === '' ? '' : heading('Looks wrong') + problems);
}

function holds(manifest: Manifest): string {
  const files = manifest.files.filter((file) => file.type === 'file');
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const counts = `${manifest.packages.length} packages, ${files.length} files, ${manifest.modules.length} kernel modules`;
  return `${counts}; ${formatBytes(bytes)} unpacked`;
}

/** Boot entries and what the firmware finds. */
export function bootSection(boot: BootFacts): string {
  let text = heading('Boot menu');
  if (boot.menu === undefined) text += '  none\n';
  for (const entry of boot.menu?.entries ?? []) {
    const title = [...entry.within, entry.title].join(' > ');
    const mark = entry.title === boot.menu?.default ? ' (default)' : '';
    const command = entry.kernel === undefined ? '' : `    ${shellLine([entry.kernel, ...entry.cmdline])}\n`;
    text += `  ${title}${mark}\n${command}`;
  }
  const { menu } = boot;
  if (menu?.timeout !== undefined) text += `  waits ${menu.timeout} s\n`;
  return text;
}

/** Boot images and partitions, for those who look into why a machine does not start. */
export function firmwareSection({ bootImages, partitions }: BootFacts): string {
  const images = bootImages.map((image) => [
    image.platform,
    image.bootable ? 'bootable' : 'not bootable',
    `at byte ${image.offset}`,
    `loads ${image.loadSectors} sectors`,
  ]);
  const parts = partitions.map((partition) => [
    `${partition.table} ${partition.number}`,
    formatBytes(partition.bytes),
    `at byte ${partition.offset}`,
    partition.esp ? 'EFI system partition' : partition.type,
    partition.name,
  ]);
  return (
    heading('Boot images of the CD (El Torito)') +
    (images.length === 0 ? '  none\n' : indent(columns(images))) +
    heading('Partitions of the stick') +
    (parts.length === 0 ? '  none\n' : indent(columns(parts, ['left', 'right'])))
  );
}

/** Packages with versions and sizes, and their sum. */
export function packageSection(manifest: Manifest | undefined): string {
  if (manifest === undefined) return heading('Packages') + noManifest;
  const rows = manifest.packages.map((pkg) => [pkg.name, pkg.version, formatBytes(pkg.installedBytes)]);
  const sum = manifest.packages.reduce((total, pkg) => total + pkg.installedBytes, 0);
  rows.push([`${rows.length} packages`, '', formatBytes(sum)]);
  return heading('Packages') + indent(columns(rows, ['left', 'left', 'right'])) + excludedLines(manifest);
}

const noManifest = '  unknown: the image has no manifest, so diskbios did not build it\n';

function excludedLines({ excluded }: Manifest): string {
  if (excluded.length === 0) return '';
  const files = excluded.reduce((sum, item) => sum + item.files, 0);
  const bytes = excluded.reduce((sum, item) => sum + item.bytes, 0);
  return `  ${files} files (${formatBytes(bytes)}) of the packages were left out\n`;
}

const barWidth = 16;

/** What takes the space, as a tree with bars. */
export function spaceSection(root: SpaceNode, depth: number): string {
  const lines = spaceLines({ ...root, name: 'all' }, { depth, minShare: 0.005 });
  const rows = lines.map(({ bytes, share, label }) => [
    formatBytes(bytes),
    `${(share * 100).toFixed(1)} %`,
    bar(share, barWidth),
    label,
  ]);
  return heading(`What takes the space ${root.name}`) + indent(columns(rows, ['right', 'right']));
}

const typeLetters = {
  file: '-',
  dir: 'd',
  symlink: 'l',
  hardlink: 'h',
  char: 'c',
  block: 'b',
  fifo: 'p',
} as const;

/** Every file: of the medium, and of the PE. */
export function fileSection(report: ImageReport): string {
  const medium = report.files.map((file) => [formatBytes(file.size), `/${file.path}`]);
  const inside = (report.manifest?.files ?? []).map((file) => [
    `${typeLetters[file.type]}${file.mode.toString(8).padStart(4, '0')}`,
    formatBytes(file.size),
    file.origin,
    `/${file.path}${file.target === undefined ? '' : ` -> ${file.type === 'hardlink' ? '/' : ''}${file.target}`}`,
  ]);
  return (
    heading('Files of the medium') +
    indent(columns(medium, ['right'])) +
    heading('Files of the PE') +
    (report.manifest === undefined ? noManifest : indent(columns(inside, ['left', 'right'])))
  );
}
