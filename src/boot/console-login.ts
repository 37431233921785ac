import type { Guest } from './guest.ts';

export interface ShellAnswer {
  readonly status: number;
  readonly output: string;
}

/** A shell on a guest's serial console. */
export interface SerialShell {
  run(command: string): Promise<ShellAnswer>;
  /** The output of a command that must not fail. */
  output(command: string): Promise<string>;
}

/** What the PE's welcome screen says of the password that is made anew at each boot. */
export const oneTimePasswordPattern = /one-time password\s+(\S+-\S+-\S+)\n/;

const logInTries = 5;

/**
 * Logs in on the serial console with a password, as a person would. The screen may be drawn anew meanwhile, so it is tried
 * again. Throws a `BootError` where the guest does not let us in.
 */
export async function logInOnConsole(guest: Guest, user: string, password: string): Promise<SerialShell> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await guest.waitFor('login: ', { within: attempt === 1 ? 60_000 : 10_000 });
      guest.serial.send(`${user}\r`);
      await guest.waitFor('Password: ', { within: 10_000 });
      guest.serial.send(`${password}\r`);
      await guest.waitFor(/[#$] $/, { within: 15_000 });
      break;
    } catch (error) {
      if (attempt === logInTries) throw error;
      guest.serial.send('\r');
    }
  }
  const shell = serialShell(guest);
  // The kernel must not speak in between.
  await shell.run('dmesg -n 1');
  return shell;
}

function serialShell(guest: Guest): SerialShell {
  const run = async (command: string): Promise<ShellAnswer> => {
    // The words are put together by the shell, so that the echo of what is typed does not match.
    guest.serial.send(`echo STA''RT; ${command}; echo E''ND=$?=\r`);
    await guest.waitFor(/START\n/, { within: 30_000 });
    const { groups, before } = await guest.waitFor(/END=(\d+)=\n/, { within: 60_000 });
    return { status: Number(groups[1]), output: before.trim() };
  };
  return {
    run,
    output: async (command) => {
      const { status, output } = await run(command);
      if (status !== 0) throw new Error(`${command} ended with ${status}:\n${output}`);
      return output;
    },
  };
}
