import { resolve } from 'node:path';
import { nearest } from '../../base/suggest.ts';
import { bzImageHead, kernelVersion } from '../../kernel/bzimage.ts';
import { parseFragment, shown } from '../../kernel/fragment.ts';
import { type Asked, type Fragment, mergeFragments } from '../../kernel/merge.ts';
import { fileKind, namesIn, nearestFile, readHead, readText } from '../disk.ts';
import { shippedFragments } from '../locate.ts';
import { isAddress, kernelFragments } from '../normalise-kernel.ts';
import { didYouMean } from '../problems.ts';
import type { Path } from '../yaml/located.ts';
import { fileSource, placeOf, type Span } from '../yaml/source.ts';
import { type Facts, isWhole, isWritten, keyAt, type Rule, valueAt } from './rule.ts';

const origins = ['package', 'source', 'file'] as const;
const expectedOrigin =
  'exactly one of `package` (a kernel of Debian’s), `source` (built from source) and `file` (built elsewhere)';

/** The kernel has one origin, its files are there, and its fragments can be read and agree. */
export const kernelRules: Rule = (facts) => {
  const { kernel } = facts.raw;
  const [first, second] = origins.filter((key) => kernel[key] !== undefined);
  if (first === undefined) {
    if (isWhole(facts, ['kernel']) && isWhole(facts, []))
      facts.problems.error('missing-key', keyAt(facts, ['kernel']), 'nothing says which kernel it is', {
        expected: expectedOrigin,
      });
    return;
  }
  if (second !== undefined) {
    facts.problems.error(
      'too-many-keys',
      keyAt(facts, ['kernel', second]),
      `the kernel has both \`${first}\` and \`${second}\``,
      { expected: expectedOrigin },
    );
    return;
  }
  for (const key of ['config', 'base-config', 'version-suffix'] as const)
    if (first !== 'source') withoutEffect(facts, first, ['kernel', key], '`source`');
  if (first !== 'file') withoutEffect(facts, first, ['kernel', 'modules', 'from'], '`file`');
  if (first === 'source') {
    checkSource(facts);
    checkFragments(facts);
  } else if (first === 'file') checkFile(facts);
};

/** A recipe that was written out whole has the defaults of all keys. */
function isDefault(value: unknown): boolean {
  return value === 'tinyconfig' || (Array.isArray(value) && value.length === 0);
}

/** What a parent recipe said for a kernel that this one replaces does no harm. */
function withoutEffect(facts: Facts, origin: string, path: Path, wanted: string): void {
  const value = path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown>)[key], facts.raw);
  if (!isWritten(facts, path) || isDefault(value)) return;
  const [span, other] = [keyAt(facts, path), keyAt(facts, ['kernel', origin])];
  if (span.source.file !== other.source.file) return;
  facts.problems.error('no-effect', span, `\`${String(path.at(-1))}\` has no effect with \`${origin}\``, {
    expected: `it beside ${wanted}`,
  });
}

function checkSource(facts: Facts): void {
  const { source } = facts.raw.kernel;
  if (typeof source !== 'object') return;
  const span = valueAt(facts, ['kernel', 'source', 'url']);
  if (isAddress(source.url)) {
    if (/^(https?|file):\/\//i.test(source.url)) return;
    facts.problems.error('bad-value', span, `\`${source.url}\` cannot be downloaded`, {
      expected: 'an address that starts with http://, https:// or file://, or a path',
    });
    return;
  }
  checkThere(facts, span, source.url, ['file']);
}

function checkThere(
  facts: Facts,
  span: Span,
  written: string,
  kinds: readonly ('file' | 'folder')[],
): string | undefined {
  const path = resolve(span.source.dir, written);
  const kind = fileKind(path);
  if (kinds.some((one) => one === kind)) return path;
  facts.problems.error(
    'missing-file',
    span,
    kind === undefined ? `there is no file \`${written}\`` : `\`${written}\` is no ${kinds.join(' or ')}`,
    {
      expected: `a ${kinds.join(' or ')}, relative to the folder of the recipe it is written in`,
      hint: didYouMean(nearestFile(written, path)),
    },
  );
  return undefined;
}

function checkFragments(facts: Facts): void {
  if (facts.raw.kernel.config.length === 0) {
    if (isWhole(facts, ['kernel']))
      facts.problems.error(
        'missing-key',
        keyAt(facts, ['kernel', 'source']),
        'a kernel from source needs `config`, its options',
        { expected: 'a list such as `config: [base, virtual, pe]`' },
      );
    return;
  }
  const fragments = kernelFragments(facts).flatMap((each, n): Fragment[] => {
    const text = readText(each.file);
    if (text !== undefined) return [{ ...each, text }];
    const span = valueAt(facts, ['kernel', 'config', n]);
    if (each.shipped) {
      const names = shippedFragments();
      facts.problems.error(
        'no-such-fragment',
        span,
        `diskbios has no kernel options named \`${each.name}\``,
        {
          expected: `${names.length === 0 ? '' : `one of ${names.join(', ')}, or `}the path of a file, with a \`/\` in it`,
          hint: didYouMean(nearest(each.name, names)),
        },
      );
    } else checkThere(facts, span, each.name, ['file']);
    return [];
  });
  for (const { file, text } of fragments) {
    const source = fileSource(file, text);
    for (const { code, message, expected, hint, start, end } of parseFragment(text).mistakes)
      facts.problems.error(code, { source, start, end }, message, { expected, hint });
  }
  const spanOf = ({ fragment, start, end }: Asked): Span => ({
    source: fileSource(fragment.file, fragment.text),
    start,
    end,
  });
  for (const { first, second } of mergeFragments(fragments).contradictions) {
    const { line } = placeOf(spanOf(first));
    facts.problems.error(
      'options-contradict',
      spanOf(second),
      `CONFIG_${second.name} is ${shown(second.value)} in \`${second.fragment.name}\` and ${shown(first.value)} in \`${first.fragment.name}\` (line ${line})`,
      {
        expected: 'shipped fragments that agree',
        hint: 'settle it in a file of your own that stands after both in `kernel.config`',
      },
    );
  }
}

function checkFile(facts: Facts): void {
  const { file, modules } = facts.raw.kernel;
  const span = valueAt(facts, ['kernel', 'file']);
  const path = checkThere(facts, span, file ?? '', ['file']);
  const version = path === undefined ? undefined : kernelVersion(readHead(path, bzImageHead));
  if (path !== undefined && version === undefined)
    facts.problems.error('no-kernel', span, `\`${file ?? ''}\` is no kernel for a PC`, {
      expected: 'a bzImage, as arch/x86/boot/bzImage or /boot/vmlinuz-VERSION is one',
    });
  if (modules.from === undefined) return;
  const at = valueAt(facts, ['kernel', 'modules', 'from']);
  const from = checkThere(facts, at, modules.from, ['file', 'folder']);
  if (from === undefined || version === undefined || fileKind(from) !== 'folder') return;
  const versions = ['lib/modules', 'usr/lib/modules'].flatMap((folder) => namesIn(resolve(from, folder)));
  if (versions.includes(version)) return;
  facts.problems.error(
    'wrong-modules',
    at,
    versions.length === 0
      ? `\`${modules.from}\` holds no lib/modules`
      : `\`${modules.from}\` holds modules for ${versions.join(', ')}, and the kernel is ${version}`,
    { expected: `a folder with lib/modules/${version}` },
  );
}
