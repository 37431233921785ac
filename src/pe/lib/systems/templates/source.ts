import { nameProblem } from '../../../../base/system.ts';
import { versionProblem } from '../../../../base/system-file.ts';
import { templateNameOf } from '../oci/reference.ts';

/** What a template is to be made from. */
export type TemplateSource =
  /** A folder: an OCI image layout, or a root. */
  | { readonly kind: 'folder'; readonly path: string }
  /** An archive of a root, or of an image. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'registry'; readonly image: string }
  | { readonly kind: 'debian'; readonly suite: string };

/** @param isFolder whether there is a folder of that path */
export function sourceOf(
  text: string,
  isFolder: (path: string) => boolean,
): TemplateSource | { readonly wrong: string } {
  if (text === '-') return { kind: 'stdin' };
  if (/^https?:\/\//.test(text)) return { kind: 'url', url: text };
  const scheme = /^(oci|docker|debian):(.*)$/.exec(text);
  if (scheme?.[1] === 'debian')
    return /^[a-z][a-z0-9-]{0,30}$/.test(scheme[2] ?? '')
      ? { kind: 'debian', suite: scheme[2] ?? '' }
      : { wrong: `${text} names no suite; debian:trixie does` };
  if (scheme !== null) return { kind: 'registry', image: scheme[2] ?? '' };
  return isFolder(text) ? { kind: 'folder', path: text } : { kind: 'file', path: text };
}

/** A name for the template, from what it is made of; `undefined` where none offers itself. */
export function offeredName(source: TemplateSource): string | undefined {
  switch (source.kind) {
    case 'stdin':
      return undefined;
    case 'debian':
      return `debian-${source.suite}`;
    case 'registry':
      return fitting(templateNameOf(source.image));
    case 'url':
      return fitting(stem(source.url.replace(/[?#].*$/, '')));
    case 'file':
    case 'folder':
      return fitting(stem(source.path));
  }
}

const stem = (path: string): string =>
  templateNameOf((path.split('/').findLast((part) => part !== '') ?? '').replace(archiveEndings, ''));

const archiveEndings = /(\.(tar|tgz|txz|tzst|oci|gz|xz|zst|bz2))+$/i;

const fitting = (name: string): string | undefined => (nameProblem(name) === undefined ? name : undefined);

/** `NAME` or `NAME@VERSION`, or what is wrong with it. */
export function parseTemplateName(
  text: string,
): { readonly name: string; readonly version: string | undefined } | { readonly wrong: string } {
  const [name = '', version, ...more] = text.split('@');
  const wrong = nameProblem(name) ?? (version === undefined ? undefined : versionProblem(version));
  if (more.length > 0) return { wrong: 'it has more than one @' };
  return wrong === undefined ? { name, version } : { wrong };
}
