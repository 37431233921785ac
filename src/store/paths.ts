import { join } from 'node:path';

/** The store's folder: `$DISKBIOS_STORE`, else `diskbios` below the XDG cache folder. */
export function storeDir(env: NodeJS.ProcessEnv): string {
  const own = env['DISKBIOS_STORE'];
  if (own !== undefined && own !== '') return own;
  const cache = env['XDG_CACHE_HOME'];
  // The XDG specification says that a relative path is to be ignored.
  if (cache?.startsWith('/') === true) return join(cache, 'diskbios');
  return join(env['HOME'] ?? '/tmp', '.cache', 'diskbios');
}
