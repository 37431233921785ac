/**
 * `/etc/diskbios/pe.json`: what the builder tells the PE's programs. Written by the build (src/steps), read in the PE
 * (src/pe). No Node types here: this file is compiled for QuickJS too.
 */
export interface PeConfig {
  readonly name: string;
  readonly version: string;
  readonly hostname: string;
  /** The systems directory on the data volume, absolute. */
  readonly systemsDir: string;
  /** Kernel consoles of the recipe, such as `tty0`, `ttyS0,115200n8`. */
  readonly consoles: readonly string[];
  /** What the image has for its own screens: a font (`auto`: for wide screens) and a keymap; left out where it has neither. */
  readonly screen?: { readonly font?: 'auto' | 'always'; readonly keymap?: true };
  /** How root logs in on a console: by the recipe's hash, by a one-time password made at boot, or not at all. */
  readonly rootLogin: 'hash' | 'one-time' | 'locked';
  readonly services: Readonly<Record<string, PeConfigService>>;
  readonly network: {
    readonly dns: readonly string[];
    readonly search: readonly string[];
    readonly interfaces: readonly PeConfigInterface[];
    /** The network behind the PE that systems are on, where it is not left to the PE. */
    readonly systems?: PeConfigSystemsNetwork;
  };
  /** Id of the list of systems and templates that travel with this image (`carried.ts`); left out where there are none. */
  readonly carried?: string;
}

export interface PeConfigSystemsNetwork {
  /** `10.88.0.0/24`; `auto`: a private one that nobody around has. */
  readonly ipv4?: string;
  /** `fd12:3456:789a::/64`; `auto`: one of this machine's own. */
  readonly ipv6?: string;
}

export interface PeConfigService {
  readonly run: readonly string[];
  readonly after: readonly string[];
  readonly restart: 'always' | 'on-failure' | 'never';
  readonly env: Readonly<Record<string, string>>;
  readonly enabled: boolean;
}

export interface PeConfigInterface {
  /** Interface name or glob; the first match wins. */
  readonly match: string;
  readonly ipv4: 'dhcp' | 'off' | { readonly address: string; readonly gateway?: string };
  readonly ipv6: 'auto' | 'off' | { readonly address: string; readonly gateway?: string };
}
