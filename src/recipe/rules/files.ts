import { resolve } from 'node:path';
import { fileKind, nearestFile } from '../disk.ts';
import { didYouMean } from '../problems.ts';
import type { RawFile } from '../raw.ts';
import type { Path } from '../yaml/located.ts';
import { type Facts, isWhole, keyAt, type Rule, valueAt, writtenAt } from './rule.ts';

/** Paths that are made at boot: what the recipe puts there would never be seen. */
const hidden = ['/dev', '/proc', '/sys', '/run', '/tmp'];

/** Each file has one origin, a path that can be, and a source that is there. */
export const fileRules: Rule = (facts) => {
  checkFiles(facts, ['pe', 'files'], facts.raw.pe.files);
};

/** The same for a list of files anywhere in the recipe. */
export function checkFiles(facts: Facts, list: Path, files: readonly RawFile[]): void {
  for (const [n, file] of files.entries()) {
    const at = [...list, n];
    checkPath(facts, at, file);
    checkOrigin(facts, at, file);
    checkMode(facts, at, file);
  }
}

function checkPath(facts: Facts, at: Path, { path }: RawFile): void {
  const span = valueAt(facts, [...at, 'path']);
  const parts = path.split('/').slice(1);
  if (parts.some((part) => part === '..' || part === '.' || part === '')) {
    facts.problems.error('bad-path', span, `\`${path}\` is no plain path`, {
      expected: 'an absolute path without `.`, `..`, `//` and a `/` at its end',
    });
    return;
  }
  const top = hidden.find((folder) => path === folder || path.startsWith(`${folder}/`));
  if (top !== undefined) {
    facts.problems.error('no-effect', span, `\`${path}\` would never be seen`, {
      expected: `a path outside of ${top}, which is made anew at every boot`,
    });
  }
}

function checkOrigin(facts: Facts, at: Path, file: RawFile): void {
  const origins = (['source', 'content', 'link'] as const).filter((key) => file[key] !== undefined);
  const [first, second] = origins;
  if (first === undefined) {
    if (!isWhole(facts, at)) return;
    facts.problems.error('missing-key', valueAt(facts, [...at, 'path']), `\`${file.path}\` has no content`, {
      expected: 'one of `source` (a file or folder), `content` (a text) and `link` (a symbolic link)',
    });
  } else if (second !== undefined) {
    facts.problems.error(
      'too-many-keys',
      keyAt(facts, [...at, second]),
      `\`${file.path}\` has both \`${first}\` and \`${second}\``,
      {
        expected: 'exactly one of `source`, `content` and `link`',
      },
    );
  }
  if (file.source === undefined) return;
  const span = valueAt(facts, [...at, 'source']);
  const source = resolve(span.source.dir, file.source);
  const kind = fileKind(source);
  if (kind === 'file' || kind === 'folder') return;
  facts.problems.error(
    'missing-file',
    span,
    kind === undefined
      ? `there is no file \`${file.source}\``
      : `\`${file.source}\` is neither file nor folder`,
    {
      expected: 'a file or folder, relative to the folder of the recipe it is written in',
      hint: didYouMean(nearestFile(file.source, source)),
    },
  );
}

function checkMode(facts: Facts, of: Path, file: RawFile): void {
  if (file.mode === undefined) return;
  const at = [...of, 'mode'];
  const written = writtenAt(facts, at);
  if (permissionBits(written) === undefined) {
    facts.problems.error('bad-value', valueAt(facts, at), `\`${written}\` are no permission bits`, {
      expected: 'three or four octal digits, such as 0644',
    });
  } else if (file.link !== undefined) {
    facts.problems.error('no-effect', keyAt(facts, at), '`mode` has no effect on a link');
  }
}

/** `0644`, `644` and `0o644` mean the same, as for chmod, whatever number YAML makes of them. */
export function permissionBits(written: string): number | undefined {
  const match = /^(?:0o?)?([0-7]{3,4})$/.exec(written);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 8);
}
