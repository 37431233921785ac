/** An image in a registry: `registry.example/group/name:tag` or `…@sha256:…`. */
export interface ImageReference {
  /** `https`, or `http` where that was said. */
  readonly scheme: 'https' | 'http';
  /** With its port. */
  readonly host: string;
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

/** Reads the name of an image; the host is part of it, since no registry is a matter of course. */
export function parseReference(text: string): ImageReference | { readonly wrong: string } {
  const scheme = /^http:\/\//.test(text) ? 'http' : 'https';
  const [host = '', ...rest] = text.replace(/^https?:\/\//, '').split('/');
  const path = rest.join('/');
  if (!/^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::\d+)?$/i.test(host) || path === '')
    return { wrong: 'is no image in a registry: HOST/NAME, HOST/NAME:TAG or HOST/NAME@sha256:DIGEST' };
  if (!/[.:]/.test(host) && host !== 'localhost')
    return { wrong: `does not say in which registry: HOST/${host}/${path}` };
  const digest = /^(.*)@(sha256:[0-9a-f]{64})$/.exec(path);
  const tag = /^(.*):([A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/.exec(path);
  const repository = (digest?.[1] ?? tag?.[1] ?? path).replace(/:[^/]*$/, '');
  if (!/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(repository) || (digest === null && /[@]/.test(path)))
    return { wrong: `has a name that no image can have: ${repository}` };
  return { scheme, host, repository, reference: digest?.[2] ?? tag?.[2] ?? 'latest' };
}

/** Name and version of the template that an image becomes, where none is said. */
export function templateNameOf(image: string): string {
  const last = image.replace(/@.*$/, '').split('/').at(-1) ?? '';
  return last
    .replace(/:[^:]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
}

/** What a registry asks for in its `WWW-Authenticate` (RFC 6750; distribution specification, token authentication). */
export interface Challenge {
  readonly realm: string;
  readonly service: string | undefined;
  readonly scope: string | undefined;
}

/** @param headers of an answer, one a line */
export function challengeIn(headers: string): Challenge | undefined {
  const line = /^www-authenticate:\s*bearer\s+(.*)$/im.exec(headers)?.[1];
  if (line === undefined) return undefined;
  const values = new Map(
    [...line.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map((found) => [
      (found[1] ?? '').toLowerCase(),
      found[2] ?? found[3] ?? '',
    ]),
  );
  const realm = values.get('realm');
  if (realm === undefined || !/^https?:\/\/[^\s"]+$/.test(realm)) return undefined;
  return { realm, service: values.get('service'), scope: values.get('scope') };
}

export function tokenUrl({ realm, service, scope }: Challenge, repository: string): string {
  const query = [
    ...(service === undefined ? [] : [`service=${encodeURIComponent(service)}`]),
    `scope=${encodeURIComponent(scope ?? `repository:${repository}:pull`)}`,
  ].join('&');
  return `${realm}${realm.includes('?') ? '&' : '?'}${query}`;
}

export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
