import { resolve } from 'node:path';
import { livefsTemplate } from '../../base/system.ts';
import { fileKind, nearestFile } from '../disk.ts';
import { didYouMean } from '../problems.ts';
import type { RawTemplate } from '../raw.ts';
import { checkFiles } from './files.ts';
import { type Facts, isWhole, isWritten, keyAt, type Rule, valueAt } from './rule.ts';

/** Each template is made of one thing, which is there, and has the keys that have an effect on that. */
export const templateRules: Rule = (facts) => {
  for (const [name, template] of Object.entries(facts.raw.templates)) {
    if (name === livefsTemplate)
      facts.problems.error(
        'reserved-name',
        keyAt(facts, ['templates', name]),
        '`livefs` is the PE’s own root, which is a template by itself',
        { expected: 'another name' },
      );
    if (checkOrigin(facts, name, template)) checkPath(facts, name, template);
    checkFiles(facts, ['templates', name, 'files'], template.files);
  }
};

const origins = ['debian', 'oci', 'tar'] as const;

/** Keys that count for one origin only, and what they are where they say nothing. */
const effects = {
  packages: ['debian', '[]'],
  exclude: ['debian', '[]'],
  scripts: ['debian', 'true'],
  tag: ['oci', ''],
  strip: ['tar', '0'],
} as const;

function checkOrigin(facts: Facts, name: string, template: RawTemplate): boolean {
  const at = ['templates', name];
  const [first, second] = origins.filter((key) => template[key] !== undefined);
  if (first === undefined) {
    if (!isWhole(facts, at)) return false;
    facts.problems.error('missing-key', keyAt(facts, at), `the template \`${name}\` is made of nothing`, {
      expected: 'one of `debian` (a suite), `oci` (an image) and `tar` (an archive)',
    });
    return false;
  }
  if (second !== undefined) {
    facts.problems.error(
      'too-many-keys',
      keyAt(facts, [...at, second]),
      `the template \`${name}\` has both \`${first}\` and \`${second}\``,
      { expected: `exactly one of ${origins.map((key) => `\`${key}\``).join(', ')}` },
    );
    return false;
  }
  for (const key of Object.keys(effects) as (keyof typeof effects)[]) {
    const [origin, idle] = effects[key];
    if (origin === first || !isWritten(facts, [...at, key]) || JSON.stringify(template[key]) === idle)
      continue;
    facts.problems.error(
      'no-effect',
      keyAt(facts, [...at, key]),
      `\`${key}\` has no effect on a template that is made from \`${first}\``,
      { expected: `a template with \`${origin}\`, or none of this key` },
    );
  }
  return true;
}

function checkPath(facts: Facts, name: string, template: RawTemplate): void {
  for (const key of ['oci', 'tar'] as const) {
    const written = template[key];
    if (written === undefined) continue;
    const span = valueAt(facts, ['templates', name, key]);
    const path = resolve(span.source.dir, written);
    const kind = fileKind(path);
    if (kind === 'file' || (kind === 'folder' && key === 'oci')) continue;
    facts.problems.error(
      'missing-file',
      span,
      kind === undefined ? `there is no \`${written}\`` : `\`${written}\` is a folder, not an archive`,
      {
        expected: `${key === 'tar' ? 'an archive' : 'an image'}, relative to the folder of the recipe it is written in`,
        hint: kind === undefined ? didYouMean(nearestFile(written, path)) : undefined,
      },
    );
  }
}
