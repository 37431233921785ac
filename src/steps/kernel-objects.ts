import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptFolder } from '../store/kept.ts';

const prefix = 'obj-';
/** Folders of objects for one source and toolchain: as many kernels can be worked on in turn. */
const most = 3;
/** A configuration of which more than this share of the lines is another gets a folder of its own, while there is room. */
const alike = 0.3;

function configOf(dir: string): string | undefined {
  try {
    return readFileSync(join(dir, '.config'), 'utf8');
  } catch {
    return undefined;
  }
}

/** How many lines two configurations do not share. */
function difference(a: string, b: string): number {
  const [left, right] = [new Set(a.split('\n')), new Set(b.split('\n'))];
  const only = (these: Set<string>, those: Set<string>): number =>
    [...these].filter((line) => !those.has(line)).length;
  return only(left, right) + only(right, left);
}

/** The folder below `src` whose objects fit a configuration best: what was made for one like it, else a new one, else the oldest. */
export function chooseObjects(src: string, config: string): string {
  const found = readdirSync(src)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => ({ name, config: configOf(join(src, name)) }));
  const known = found
    .flatMap(({ name, config: other }) =>
      other === undefined ? [] : [{ name, away: difference(other, config) }],
    )
    .sort((a, b) => a.away - b.away);
  const [best] = known;
  if (best !== undefined && best.away <= alike * config.split('\n').length) return best.name;
  const free = Array.from({ length: most }, (_, n) => `${prefix}${n + 1}`).find(
    (name) => !known.some((one) => one.name === name),
  );
  if (free !== undefined) return free;
  const age = ({ name }: { name: string }): number => statSync(join(src, name, '.config')).mtimeMs;
  return [...known].sort((a, b) => age(a) - age(b))[0]?.name ?? `${prefix}1`;
}

/** Notes how large a kept folder has become. */
export function noteSize(kept: Pick<KeptFolder, 'dir' | 'note'>): void {
  const bytesOf = (path: string): number =>
    readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
      const at = join(path, entry.name);
      return sum + (entry.isDirectory() ? bytesOf(at) : lstatSync(at).size);
    }, 0);
  kept.note(bytesOf(kept.dir));
}
