import { network4Text, parseNetwork4 } from './ipv4.ts';
import { prefixDigits } from './ipv6.ts';

/** What is wrong with a network that was set for the systems; `undefined`: nothing. */
export const systemsNetworkProblem =
  (family: 4 | 6) =>
  (text: string): string | undefined => {
    if (text === 'auto' || (family === 6 && text === 'off')) return undefined;
    if (family === 6)
      return prefixDigits(text) === undefined
        ? 'is neither auto, off nor an IPv6 network of 64 bits, such as fd12:3456:789a::/64'
        : undefined;
    const network = parseNetwork4(text);
    return network === undefined ||
      network4Text(network) !== text ||
      network.prefix < 8 ||
      network.prefix > 29
      ? 'is neither auto nor an IPv4 network from /8 to /29, such as 10.88.0.0/24'
      : undefined;
  };
