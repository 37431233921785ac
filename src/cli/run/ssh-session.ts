import { setTimeout as sleep } from 'node:timers/promises';
import { readyPattern } from '../../base/console-lines.ts';
import { FailedError } from '../../base/errors.ts';
import { logInOnConsole, oneTimePasswordPattern } from '../../boot/console-login.ts';
import { type Guest, withGuest } from '../../boot/guest.ts';
import { makeSshKey } from '../../boot/ssh.ts';
import { waitForSshServer } from '../../boot/ssh-server.ts';
import { run } from '../../sys/run.ts';
import { start } from '../../sys/start.ts';
import { type Prepared, tolerated, within } from './prepared.ts';
import { convertedKeys, ownClient, pinnedClient, type SshClient } from './ssh-clients.ts';

/** What a boot until the SSH server answers may take on an ordinary machine, in milliseconds. */
const serverMs = 120_000;
/** A PE that is READY has its SSH server, if it has one, before so many milliseconds more. */
const afterReadyMs = 10_000;
/** The welcome screen with its password comes soon after READY. */
const screenMs = 20_000;

/**
 * Boots, waits for the SSH server, logs the person in (or runs a command) and switches off when that ends.
 * @returns the exit code of the SSH client
 */
export async function runSsh(prepared: Prepared, port: number, command: string | undefined): Promise<number> {
  const { io, tools, request, options } = prepared;
  return withGuest(tools, request, options, async (guest) => {
    io.err(`its serial console is written to ${guest.folder.serialLog}\n`);
    await serverAnswers(prepared, guest, port);
    const client = await clientLetIn(prepared, guest, port);
    const status = await converse(prepared, guest, client.argv(command), client.env);
    io.err('switching it off\n');
    await guest.stop();
    return status;
  });
}

async function serverAnswers(prepared: Prepared, guest: Guest, port: number): Promise<void> {
  const over = new AbortController();
  const noServer = async (): Promise<never> => {
    await guest.waitFor(readyPattern, { within: Infinity, silence: Infinity, despite: tolerated });
    await sleep(afterReadyMs * (prepared.options.patience ?? 1), undefined, { signal: over.signal });
    throw new FailedError('no-ssh-server', 'it is READY, but no SSH server answers', {
      hint: 'the image may have none: the package dropbear-bin and the service ssh make one',
    });
  };
  try {
    const answer = Promise.race([waitForSshServer(port, over.signal), noServer()]);
    await guest.during('its SSH server', answer, {
      ...{ within: within(prepared, serverMs), despite: tolerated },
      ...(prepared.wish.within === undefined ? {} : { silence: Infinity }),
    });
  } finally {
    over.abort();
  }
}

/** Finds a client that the guest lets in: with the person's keys or, where it takes none, with one made for this session. */
async function clientLetIn(prepared: Prepared, guest: Guest, port: number): Promise<SshClient> {
  const { io, tools } = prepared;
  const home = guest.folder.dir;
  const own = ownClient(port, io.env);
  const first = own ?? pinnedClient(tools, port, { keys: await convertedKeys(tools, home), home });
  if (await letsIn(first, prepared, guest)) return first;
  const password = await passwordOnScreen(guest);
  if (password !== undefined) {
    io.err('it knows none of your keys: it is shown one that is made for this session\n');
    const key = await makeSshKey(tools, home, 'session-key', 'diskbios-run');
    const shell = await logInOnConsole(guest, 'root', password);
    await shell.output(`umask 077; mkdir -p ~/.ssh && echo '${key.line}' >> ~/.ssh/authorized_keys`);
    guest.serial.send('exit\r');
    const made = pinnedClient(tools, port, { keys: [key.file], home });
    if (await letsIn(made, prepared, guest)) return made;
  }
  // Their key may have a passphrase, or the image a password: the client asks for it.
  if (own !== undefined && io.outIsTty && process.stdin.isTTY) return own;
  throw new FailedError('key-refused', 'its SSH server accepts none of your keys', {
    hint: 'put your public key into the recipe (pe.ssh-keys)',
  });
}

async function letsIn(client: SshClient, { io, options }: Prepared, guest: Guest): Promise<boolean> {
  const anyCode = Array.from({ length: 256 }, (_, code) => code);
  const asked = run(client.argv('true', 'batch'), {
    env: client.env,
    okCodes: anyCode,
    signal: io.signal,
    monitor: options.monitor,
  });
  const { exitCode, stderr } = await guest.during('an answer of its SSH server', asked, {
    despite: tolerated,
  });
  return exitCode === 0 || !client.refused.test(stderr);
}

/** The password for its console, where the welcome screen shows one. */
async function passwordOnScreen(guest: Guest): Promise<string | undefined> {
  const shown = (): RegExpExecArray | null => oneTimePasswordPattern.exec(guest.serial.text());
  const end = performance.now() + screenMs;
  while (shown() === null && !loginOtherwise.test(guest.serial.text()) && performance.now() < end)
    await sleep(200);
  return shown()?.[1];
}

/** The welcome screen of an image without such a password. */
const loginOtherwise = /log in as root with the recipe's password|logging in is switched off by the recipe/;

/** Gives the terminal (or standard input and output) to the client until it ends. */
async function converse(
  { io, options }: Prepared,
  guest: Guest,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const client = start(argv, { env, monitor: options.monitor, terminal: true });
  const stop = (): void => client.kill('SIGTERM');
  io.signal.addEventListener('abort', stop);
  try {
    // A guest that is switched off ends the client by itself.
    const despite = [...tolerated, 'guest-ended', 'qemu-failed'] as const;
    const { exitCode } = await guest.during('the end of the session', client.ended, { despite });
    return exitCode ?? 255;
  } finally {
    io.signal.removeEventListener('abort', stop);
    client.kill('SIGTERM');
  }
}
