import { FailedError, UserError } from '../../base/errors.ts';
import { formatDuration } from '../../base/sizes.ts';
import { openAddress } from '../../debian/http.ts';
import { findMirrors } from '../../debian/mirror.ts';
import { proxiesOf } from '../../debian/proxies.ts';
import type { Recipe } from '../../recipe/types.ts';
import type { Finding } from './types.ts';

/** The release that recipes are built from unless they say otherwise. */
const suite = 'trixie';
const patienceMs = 8000;

/** What a recipe that names no mirror would say. */
const anyRecipe: Pick<Recipe, 'file' | 'source'> = {
  file: 'recipe',
  source: {
    suite,
    components: ['main'],
    mirror: undefined,
    securityMirror: undefined,
    snapshot: undefined,
    updates: true,
    security: true,
    repositories: [],
  },
};

/** An address without the name and password that may be in it. */
function withoutSecrets(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//…@');
}

export function proxyFinding(env: NodeJS.ProcessEnv): Finding {
  const { http, https, no } = proxiesOf(env);
  const named = [
    http === '' ? '' : `http through ${withoutSecrets(http)}`,
    https === '' ? '' : `https through ${withoutSecrets(https)}`,
    no === '' ? '' : `none for ${no}`,
  ].filter((part) => part !== '');
  return { name: 'proxy', level: 'ok', text: named.length === 0 ? 'None is set.' : `${named.join(', ')}.` };
}

const because = (error: unknown): string => {
  const { message, code } = error as NodeJS.ErrnoException;
  return message === '' ? (code ?? 'no reason given') : message;
};

async function reach(main: string, from: string, signal: AbortSignal): Promise<Finding> {
  const address = `${main}/dists/${suite}/InRelease`;
  const where = `${withoutSecrets(main)} (from ${from})`;
  const started = performance.now();
  try {
    const stream = await openAddress(address, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
    stream.on('error', () => undefined).destroy();
    return {
      name: 'mirror',
      level: 'ok',
      text: `${where} answered in ${formatDuration(performance.now() - started)}.`,
    };
  } catch (error) {
    signal.throwIfAborted();
    return {
      name: 'mirror',
      level: 'warn',
      text: `${where} does not serve Debian ${suite}: ${because(error)}. What is in the store can be built without it.`,
      install: 'export DISKBIOS_MIRROR=http://mirror.example/debian',
    };
  }
}

/** Which mirror would be used, and whether it answers. `offline`: it is not asked. */
export async function mirrorFinding(
  env: NodeJS.ProcessEnv,
  options: { readonly offline: boolean; readonly signal: AbortSignal },
): Promise<Finding> {
  try {
    const { main, from } = findMirrors(anyRecipe, { env });
    if (options.offline)
      return { name: 'mirror', level: 'ok', text: `${withoutSecrets(main)} (from ${from}); not asked.` };
    return await reach(main, from, options.signal);
  } catch (error) {
    if (!(error instanceof FailedError) && !(error instanceof UserError)) throw error;
    return {
      name: 'mirror',
      level: 'warn',
      text: `${error.message}.`,
      install: 'export DISKBIOS_MIRROR=http://mirror.example/debian',
    };
  }
}
