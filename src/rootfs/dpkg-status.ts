import { createHash } from 'node:crypto';
import { formatStanza, parseControl, type Stanza, stanzaField } from '../formats/control-file.ts';
import type { Entry, ReadEntry, Tree } from '../formats/tree.ts';
import { type Maker, maker } from './make.ts';
import type { FinishStep, InstalledPackage } from './types.ts';

/** Its `Conffiles` field: each with the MD5 of what the package shipped, by which dpkg later tells a change. */
async function conffiles(one: InstalledPackage, tree: Tree, read: ReadEntry): Promise<string> {
  const paths = (one.scripts.conffiles ?? '').split('\n').filter((line) => line.startsWith('/'));
  let text = '';
  for (const path of paths) {
    const entry = tree.get(path.slice(1));
    if (entry?.type !== 'file') continue;
    text += `\n ${path} ${createHash('md5')
      .update(await read(entry))
      .digest('hex')}`;
  }
  return text;
}

function statusOf(control: Stanza, conffilesField: string): string {
  const fields = new Map<string, string>();
  for (const [name, value] of control) {
    if (name === 'Description' && conffilesField !== '') fields.set('Conffiles', conffilesField);
    fields.set(name, value);
    if (name === 'Package') fields.set('Status', 'install ok installed');
  }
  return formatStanza(fields);
}

/** Every directory on the way and every path, as `dpkg -L` lists them. */
function listOf(files: readonly string[]): string {
  const all = new Set<string>();
  for (const path of files) {
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
      all.add(path.slice(0, slash));
    all.add(path);
  }
  return ['/.', ...[...all].sort().map((path) => `/${path}`)].map((line) => `${line}\n`).join('');
}

function md5sumsOf(one: InstalledPackage): string {
  const files = new Set(one.files);
  const kept = (one.scripts.md5sums ?? '').split('\n').filter((line) => files.has(line.slice(34)));
  return kept.map((line) => `${line}\n`).join('');
}

function infoFiles(one: InstalledPackage, control: Stanza, make: Maker): Entry[] {
  const arch = stanzaField(control, 'Multi-Arch') === 'same' ? `:${one.arch}` : '';
  const base = `var/lib/dpkg/info/${one.name}${arch}`;
  const { conffiles: list } = one.scripts;
  const sums = md5sumsOf(one);
  return [
    make.file(`${base}.list`, listOf(one.files)),
    ...(sums === '' ? [] : [make.file(`${base}.md5sums`, sums)]),
    ...(list === undefined ? [] : [make.file(`${base}.conffiles`, list)]),
  ];
}

/** dpkg's record of what is installed: `dpkg -l` and `-S` work, and scanners find the packages. */
export const dpkgStatus: FinishStep = {
  name: 'dpkg status',
  async run({ tree, read, packages, epoch }) {
    const make = maker(this.name, epoch);
    const stanzas: string[] = [];
    const entries: Entry[] = [];
    for (const one of [...packages].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const control = parseControl(one.control);
      stanzas.push(statusOf(control, await conffiles(one, tree, read)));
      entries.push(...infoFiles(one, control, make));
    }
    if (stanzas.length === 0) return { entries: [], warnings: [] };
    return {
      entries: [
        make.file('var/lib/dpkg/status', stanzas.join('\n')),
        make.file('var/lib/dpkg/available', ''),
        make.file('var/lib/dpkg/info/format', '1\n'),
        make.dir('var/lib/dpkg/updates'),
        make.dir('var/lib/dpkg/triggers'),
        ...entries,
      ],
      warnings: [],
    };
  },
};
