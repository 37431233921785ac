import { unescapeName } from '../../../../base/oci/whiteouts.ts';

/** Folders that overlay has marked as hiding all below them, in the long list that `tar -tvv --xattrs` prints. */
export function opaqueIn(listing: string): string[] {
  const found: string[] = [];
  let folder: string | undefined;
  for (const line of listing.split('\n')) {
    const name = /^d\S+ +\S+ +\d+ +\S+ +\S+ (.*)\/$/.exec(line)?.[1];
    if (name !== undefined) folder = unescapeName(name).replace(/^\.\/?/, '');
    else if (folder !== undefined && /^ +x: +\d+ trusted\.overlay\.opaque$/.test(line))
      found.push(folder === '' ? '.' : folder);
  }
  return found;
}
