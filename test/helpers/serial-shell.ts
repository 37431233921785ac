import { logInOnConsole, oneTimePasswordPattern, type SerialShell } from '../../src/boot/console-login.ts';
import type { Guest } from '../../src/boot/guest.ts';

/** The one-time password that the console shows. */
export async function oneTimePassword(guest: Guest): Promise<string> {
  const { groups } = await guest.waitFor(oneTimePasswordPattern);
  return groups[1] ?? '';
}

/** Logs in as root with a password, as a person would. */
export function logIn(guest: Guest, password: string): Promise<SerialShell> {
  return logInOnConsole(guest, 'root', password);
}
