import { addressProblem, automatic, type Family, gatewayProblem, matchProblem } from './card-address.ts';
import { fieldsOf, readerOf } from './json-reader.ts';
import type { PeConfig, PeConfigInterface } from './pe-config.ts';
import { ipv4Problem, ipv6Problem } from './system-file.ts';
import { systemsNetworkProblem } from './systems-network.ts';

export interface NetworkOverride {
  readonly network: PeConfig['network'];
  readonly problems: readonly string[];
}

export const serverProblem = (text: string): string | undefined =>
  ipv4Problem(text) === undefined || ipv6Problem(text) === undefined ? undefined : 'is no address';

export const domainProblem = (text: string): string | undefined =>
  text.length <= 253 &&
  /^[a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(text)
    ? undefined
    : 'is no domain name';

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
  const interfaces = reader.objects('interfaces', (inner): PeConfigInterface => {
    const family = (version: Family): PeConfigInterface['ipv4'] | PeConfigInterface['ipv6'] => {
      const key = `ipv${version}`;
      if (fieldsOf(inner.value(key)) === undefined)
        return inner.choice<'dhcp' | 'auto' | 'off'>(key, [automatic[version], 'off'], automatic[version]);
      const fixed = inner.object(key, (one) => {
        const address = one.text('address', '', addressProblem(version));
        const gateway = one.optional('gateway', () =>
          one.text('gateway', '', (text) => gatewayProblem(version, text, address)),
        );
        return gateway === undefined ? { address } : { address, gateway };
      });
      return fixed ?? automatic[version];
    };
    return {
      match: inner.text('match', '', matchProblem),
      ipv4: family(4) as PeConfigInterface['ipv4'],
      ipv6: family(6) as PeConfigInterface['ipv6'],
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
    dns: reader.texts('dns', recipe.dns, serverProblem),
    search: reader.texts('search', recipe.search, domainProblem),
    interfaces: [...interfaces, ...recipe.interfaces],
  };
  return problems.length === 0 ? { network, problems } : { network: recipe, problems };
}
