/** The proxies that the environment names. */
export interface Proxies {
  readonly http: string;
  readonly https: string;
  /** Hosts that are reached without a proxy, comma separated. */
  readonly no: string;
}

/** Reads `http_proxy`, `https_proxy` and `no_proxy`, also in upper case; an empty text where there is none. */
export function proxiesOf(env: NodeJS.ProcessEnv): Proxies {
  const read = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? '';
  return { http: read('http_proxy'), https: read('https_proxy'), no: read('no_proxy') };
}
