import { cardValueText } from './card-address.ts';
import { fieldsOf, type Reader, readerOf } from './json-reader.ts';
import { networkOverride } from './network-override.ts';
import type { PeConfigInterface } from './pe-config.ts';
import { nameProblem } from './system.ts';

/**
 * What `diskbios personalize` puts onto a finished medium, laid over the recipe by the PE when it starts. Written by the
 * builder, read in the PE. No Node types: compiled for QuickJS too.
 */
export interface PersonalSettings {
  readonly hostname?: string;
  /** Public keys that may log in as root by SSH, beside those of the recipe. */
  readonly sshKeys?: readonly string[];
  /** Of root's password, as crypt(3) has it. */
  readonly passwordHash?: string;
  readonly network?: PersonalNetwork;
  /** Names of the systems that start by themselves; all others do not. */
  readonly autostart?: readonly string[];
}

/** Interfaces go before the recipe's; name servers and search domains replace the recipe's. */
export interface PersonalNetwork {
  readonly dns?: readonly string[];
  readonly search?: readonly string[];
  readonly interfaces?: readonly PeConfigInterface[];
}

export type PersonalKey = keyof PersonalSettings;
export const personalKeys = ['hostname', 'sshKeys', 'passwordHash', 'network', 'autostart'] as const;

/** Settings as they are kept. */
export interface PersonalFile {
  readonly version: 1;
  readonly settings: PersonalSettings;
  /** Of each setting, a text that differs each time it is set: by it the PE tells new ones from those that it has seen. */
  readonly set: Readonly<Partial<Record<PersonalKey, string>>>;
}

/** The reserved file on every medium with a boot menu; the kernel gets it as a second initrd. */
export const personalPath = '/diskbios/personal.cpio';

/** The letters of a crypt(3) hash, and the start of the kinds of it that the PE knows. */
const hashPattern = /^\$(1|5|6|y|7|2[aby])\$[!-9;-~]+$/;
const keyPattern = /^[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( [^\p{Cc}]*)?$/u;
const hostPattern = /^(?=.{1,64}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

export const hostnameProblem = (text: string): string | undefined =>
  hostPattern.test(text) ? undefined : 'is no host name: small letters, digits and -, such as pe-1';

export const passwordHashProblem = (text: string): string | undefined =>
  hashPattern.test(text) ? undefined : 'is no password hash, which starts with $6$, $5$, $y$, $2b$ or $1$';

const keyProblem = (text: string): string | undefined =>
  keyPattern.test(text) ? undefined : 'is no public key';

const systemProblem = (text: string): string | undefined => {
  const wrong = nameProblem(text);
  return wrong === undefined ? undefined : `cannot be the name of a system: ${wrong}`;
};

/** Everything that is wrong with settings; nothing of what is secret is in it. */
export function checkPersonal(json: unknown): readonly string[] {
  const fields = fieldsOf(json);
  if (fields === undefined) return ['the settings are no JSON object'];
  const problems: string[] = [];
  const wrong = (key: string, what: string): void => {
    problems.push(`${key} ${what}`);
  };
  const reader = readerOf(fields, wrong);
  reader.onlyKnown(personalKeys);
  reader.optional('hostname', () => reader.text('hostname', '', hostnameProblem));
  reader.texts('sshKeys', [], keyProblem);
  reader.optional('passwordHash', () => reader.text('passwordHash', '', passwordHashProblem));
  reader.texts('autostart', [], systemProblem);
  const network = fields['network'];
  if (network !== undefined) checkNetwork(network, reader, problems);
  return problems;
}

function checkNetwork(json: unknown, { wrong }: Reader, problems: string[]): void {
  if (fieldsOf(json)?.['systems'] !== undefined) wrong('network.systems', 'is not known here');
  const found = networkOverride({ dns: [], search: [], interfaces: [] }, json);
  problems.push(...found.problems.map((problem) => `network.${problem}`));
}

/** Settings in a few words for each, secrets as `set`. */
export function personalLines(settings: PersonalSettings): readonly (readonly [string, string])[] {
  const { hostname, sshKeys, passwordHash, network, autostart } = settings;
  const { interfaces = [], dns, search } = network ?? {};
  const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '));
  return [
    ...(hostname === undefined ? [] : [['host name', hostname] as const]),
    ...(sshKeys === undefined ? [] : [['SSH keys', list(sshKeys.map(keyName))] as const]),
    ...(passwordHash === undefined ? [] : [["root's password", 'set'] as const]),
    ...interfaces.map(({ match, ipv4, ipv6 }) => [match, cardWords({ ipv4, ipv6 })] as const),
    ...(dns === undefined ? [] : [['name servers', list(dns)] as const]),
    ...(search === undefined ? [] : [['search domains', list(search)] as const]),
    ...(autostart === undefined ? [] : [['systems that start', list(autostart)] as const]),
  ];
}

const cardWords = ({ ipv4, ipv6 }: Pick<PeConfigInterface, 'ipv4' | 'ipv6'>): string =>
  `IPv4 ${cardValueText(ipv4)}, IPv6 ${cardValueText(ipv6)}`;

/** What a person knows a key by: its comment, or else its kind and the end of it. */
function keyName(key: string): string {
  const [type = '', blob = '', ...comment] = key.split(' ');
  return comment.length > 0 ? comment.join(' ') : `${type} …${blob.slice(-8)}`;
}

/** The same in one line. */
export const personalSummary = (settings: PersonalSettings): string =>
  personalLines(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

/** The same for programs: of what is secret, only that it is there. */
export function openSettings({ passwordHash, ...open }: PersonalSettings): Record<string, unknown> {
  return passwordHash === undefined ? open : { ...open, passwordHash: true };
}
