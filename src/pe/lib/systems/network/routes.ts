import { ipv4Text, type Network4, parseNetwork4 } from '../../../../base/ipv4.ts';

export interface Route4 {
  readonly card: string;
  readonly network: Network4;
  readonly metric: number;
}

/** `/proc/net/route`'s numbers are in the byte order of the machine (little endian). */
const swapped = (hex: string): number => Number.parseInt((hex.match(/../g) ?? []).reverse().join(''), 16);

const prefixOf = (mask: number): number => mask.toString(2).replaceAll('0', '').length;

/** Reads `/proc/net/route`; unusable ones are left out. */
export function parseRoutes4(table: string): Route4[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .filter((fields) => fields.length >= 8 && (Number.parseInt(fields[3] ?? '', 16) & 1) !== 0)
    .flatMap(([card = '', destination = '', , , , , metric = '', mask = '']) => {
      const network = parseNetwork4(`${ipv4Text(swapped(destination))}/${prefixOf(swapped(mask))}`);
      return network === undefined ? [] : [{ card, network, metric: Number(metric) }];
    });
}

/** The card with the default route, by `/proc/net/route` or else `/proc/net/ipv6_route`; `undefined`: there is none. */
export function defaultCard(table4: string, table6: string): string | undefined {
  const [best] = parseRoutes4(table4)
    .filter(({ network }) => network.prefix === 0)
    .sort((a, b) => a.metric - b.metric);
  if (best !== undefined) return best.card;
  const [best6] = table6
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length === 10 && /^0+$/.test(fields[0] ?? '') && fields[1] === '00')
    .filter((fields) => fields[9] !== 'lo')
    .sort((a, b) => Number.parseInt(a[5] ?? '', 16) - Number.parseInt(b[5] ?? '', 16));
  return best6?.[9];
}
