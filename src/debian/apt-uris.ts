import { FailedError } from '../base/errors.ts';
import type { AptRepository } from './apt-repositories.ts';
import { comparePackages, type LockedPackage } from './package.ts';

/** Reads what `apt-get install --print-uris` says: `'URI' FILE SIZE SHA256:HASH` lines among others. */
export function parseUris(text: string, repositories: readonly AptRepository[]): LockedPackage[] {
  const packages: LockedPackage[] = [];
  for (const [line, uri = '', file = '', size = '', hash = ''] of text.matchAll(
    /^'([^']+)' (\S+) (\d+) ?(\S*)$/gm,
  )) {
    const sha256 = /SHA256:([0-9a-f]{64})/.exec(hash)?.[1];
    const names = /^([^_]+)_([^_]+)_([^_]+)\.deb$/.exec(file);
    const found = locate(uri, repositories);
    if (sha256 === undefined || names === null || found === undefined) {
      throw new FailedError('apt-output', `apt-get printed a line that is not understood: ${line}`);
    }
    const [, name = '', version = '', arch = ''] = names;
    packages.push({
      name,
      version: decodeURIComponent(version),
      arch,
      ...found,
      size: Number(size),
      sha256,
    });
  }
  return packages.sort(comparePackages);
}

function locate(
  uri: string,
  repositories: readonly AptRepository[],
): { source: string; path: string } | undefined {
  const address = oneForm(uri);
  const [best] = repositories
    .map(({ base, source }) => ({ base: `${oneForm(base)}/`, source }))
    .filter(({ base }) => address.startsWith(base))
    .sort((a, b) => b.base.length - a.base.length);
  return best && { source: best.source, path: address.slice(best.base.length) };
}

/** apt writes `file:///srv` as `file:/srv`, and `+` as `%2b`. */
function oneForm(address: string): string {
  return decodeURIComponent(address.replace(/^file:\/+/, 'file:/'));
}
