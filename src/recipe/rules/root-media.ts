import { nearest } from '../../base/suggest.ts';
import { parseRootOf, rootMediaSpec } from '../normalise-root-media.ts';
import { rootMediaKinds } from '../root-media-types.ts';
import { type Facts, isWhole, valueAt } from './rule.ts';

/** Media that are a root hold one that there is, and have no setting without effect. */
export function checkRootMedia(facts: Facts): void {
  checkNames(facts);
  for (const kind of rootMediaKinds) {
    if (kind === 'folder') continue;
    const medium = facts.raw.media[kind];
    if (medium === undefined) continue;
    const of = parseRootOf(medium.of);
    if (of.kind === 'livefs') continue;
    checkKnown(facts, ['media', kind, 'of'], of);
    if (medium.modules === undefined) continue;
    facts.problems.error(
      'no-effect',
      valueAt(facts, ['media', kind, 'modules']),
      `\`modules\` has no effect with \`of: ${medium.of}\``,
      { expected: 'it together with `of: livefs`, or neither of them' },
    );
  }
}

/** An image in an archive ends in `.oci.tar`, which the archive of a root may do as well. */
function checkNames(facts: Facts): void {
  const { oci, tar } = rootMediaSpec(facts.raw.name, facts.raw.media);
  if (oci === undefined || oci.filename !== tar?.filename) return;
  facts.problems.error(
    'same-file',
    valueAt(facts, ['media', 'tar', 'filename']),
    `\`oci\` and \`tar\` are to be the same file, ${tar.filename}`,
    { expected: 'another `filename`' },
  );
}

function checkKnown(
  facts: Facts,
  at: readonly string[],
  of: { readonly kind: 'template' | 'system'; readonly name: string },
): void {
  const key = `${of.kind}s` as const;
  const known = Object.keys(facts.raw[key]);
  if (known.includes(of.name) || !isWhole(facts, [key])) return;
  const near = nearest(of.name, known);
  facts.problems.error(
    `no-such-${of.kind}`,
    valueAt(facts, at),
    `the recipe has no ${of.kind} \`${of.name}\``,
    {
      expected:
        known.length === 0
          ? `\`${of.name}\` below \`${key}\`, or \`livefs\``
          : `one of: ${known.join(', ')}; or \`livefs\``,
      hint: near === undefined ? undefined : `did you mean \`${of.kind} ${near}\`?`,
    },
  );
}
