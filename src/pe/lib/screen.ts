import type { PeConfig } from '../../base/pe-config.ts';
import type { Address } from './addresses.ts';

/** What the welcome screen says. */
export interface ScreenFacts {
  readonly config: Pick<PeConfig, 'name' | 'version' | 'hostname' | 'rootLogin'>;
  readonly addresses: readonly Address[];
  /** Root can log in by SSH with a key. */
  readonly sshKeys: boolean;
  readonly oneTimePassword: string | undefined;
  /** The password whose hash is in `config` came with personal settings. */
  readonly personalPassword?: boolean;
  /** Root's password was set on this machine and is remembered. */
  readonly ownPassword: boolean;
  /** Lines about boot parameters that were not followed and services that did not start. */
  readonly problems: readonly string[];
  /** Why there is no address yet, where there is none. */
  readonly networkNote: string;
}

/** Addresses as a list for people, at most six, IPv4 first. */
function addressLines(facts: ScreenFacts): string[] {
  if (facts.addresses.length === 0) return [`  Network   ${facts.networkNote}`];
  const sorted = [...facts.addresses].sort((a, b) => a.family - b.family).slice(0, 6);
  return sorted.map(
    ({ interface: name, address, prefix }, index) =>
      `  ${index === 0 ? 'Network ' : '        '}  ${address}/${prefix}  ${name}`,
  );
}

function loginLines(facts: ScreenFacts): string[] {
  const host = facts.addresses.find(({ family }) => family === 4) ?? facts.addresses[0];
  const bySsh = facts.sshKeys || facts.config.rootLogin === 'hash';
  const how = [
    ...(facts.sshKeys ? ['your key'] : []),
    ...(facts.config.rootLogin === 'hash' ? ["root's password"] : []),
  ].join(' or ');
  const ssh = bySsh && host !== undefined ? [`  SSH       ssh root@${host.address}  (${how})`] : [];
  if (facts.ownPassword)
    return [...ssh, '  Here      log in as root with the password that was set on this machine'];
  switch (facts.config.rootLogin) {
    case 'hash':
      return [
        ...ssh,
        `  Here      log in as root with ${facts.personalPassword === true ? 'the password of its personal settings' : "the recipe's password"}`,
      ];
    case 'one-time':
      return [
        ...ssh,
        `  Here      log in as root with the one-time password  ${facts.oneTimePassword ?? '(being made)'}`,
        '            It is valid until this machine is switched off, and never over the network.',
      ];
    case 'locked':
      return [...ssh, '  Here      logging in is switched off by the recipe'];
  }
}

/** The welcome text, without clearing the screen and without the prompt. */
export function welcome(facts: ScreenFacts): string {
  const { name, version, hostname } = facts.config;
  return [
    '',
    `  ${name} ${version}  -  ${hostname}`,
    '',
    ...addressLines(facts),
    ...loginLines(facts),
    ...(facts.problems.length > 0 ? ['', ...facts.problems.map((problem) => `  ! ${problem}`)] : []),
    '',
    '',
  ].join('\n');
}

/** The same text as a getty's issue file: `\` and `%` begin escapes there. */
export function issueText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('%', '%%');
}

/** Clears a screen and goes to its first column and row. */
export const clearScreen = '\u001b[H\u001b[2J';
