import type { PeConfig, PeConfigInterface } from '../../../base/pe-config.ts';
import { fieldsOf, readerOf } from './json-reader.ts';
import { systemsNetworkProblem } from './network/bridge.ts';
import { ipv4Problem, ipv6Problem } from './system-file.ts';

export interface NetworkOverride {
  readonly network: PeConfig['network'];
  readonly problems: readonly string[];
}

const addressIn =
  (family: 4 | 6) =>
  (text: string): string | undefined => {
    const [address = '', prefix = '', ...more] = text.split('/');
    const wrong = family === 4 ? ipv4Problem(address) : ipv6Problem(address);
    const bits = /^\d+$/.test(prefix) ? Number(prefix) : -1;
    const fits = wrong === undefined && more.length === 0 && bits >= 0 && bits <= (family === 4 ? 32 : 128);
    return fits
      ? undefined
      : `is no IPv${family} address with its prefix length, such as ${family === 4 ? '192.0.2.7/24' : '2001:db8::7/64'}`;
  };

/**
 * Network settings of `.pe/network.json`, in the form of pe.json's `network`, laid over the recipe's: its interfaces go before
 * the recipe's, its name servers and search domains replace them. With any mistake in it, the recipe's settings stay.
 */
export function networkOverride(recipe: PeConfig['network'], json: unknown): NetworkOverride {
  const fields = fieldsOf(json);
  if (fields === undefined) return { network: recipe, problems: ['it is no JSON object'] };
  const problems: string[] = [];
  const reader = readerOf(fields, (key, wrong) => problems.push(`${key} ${wrong}`));
  reader.onlyKnown(['dns', 'search', 'interfaces', 'systems']);
  const ip = (text: string): string | undefined =>
    ipv4Problem(text) === undefined || ipv6Problem(text) === undefined ? undefined : 'is no address';
  const interfaces = reader.objects('interfaces', (inner): PeConfigInterface => {
    const family = (version: 4 | 6): PeConfigInterface['ipv4'] | PeConfigInterface['ipv6'] | undefined =>
      fieldsOf(inner.value(`ipv${version}`)) === undefined
        ? undefined
        : inner.object(`ipv${version}`, (fixed) => {
            const address = fixed.text('address', '', addressIn(version));
            const gateway = fixed.optional('gateway', () =>
              fixed.text('gateway', '', version === 4 ? ipv4Problem : ipv6Problem),
            );
            return gateway === undefined ? { address } : { address, gateway };
          });
    return {
      match: inner.text('match', '', (text) =>
        /^[\w.*?-]{1,15}$/.test(text) ? undefined : 'is no name of a card, nor a glob',
      ),
      ipv4: (family(4) ?? inner.choice('ipv4', ['dhcp', 'off'], 'dhcp')) as PeConfigInterface['ipv4'],
      ipv6: (family(6) ?? inner.choice('ipv6', ['auto', 'off'], 'auto')) as PeConfigInterface['ipv6'],
    };
  });
  const systems = reader.object('systems', (inner) => {
    const { ipv4, ipv6 } = recipe.systems ?? {};
    return {
      ipv4: inner.text('ipv4', ipv4 ?? 'auto', systemsNetworkProblem(4)),
      ipv6: inner.text('ipv6', ipv6 ?? 'auto', systemsNetworkProblem(6)),
    };
  });
  const network: PeConfig['network'] = {
    ...recipe,
    ...(systems === undefined ? {} : { systems }),
    dns: reader.texts('dns', recipe.dns, ip),
    search: reader.texts('search', recipe.search),
    interfaces: [...interfaces, ...recipe.interfaces],
  };
  return problems.length === 0 ? { network, problems } : { network: recipe, problems };
}
