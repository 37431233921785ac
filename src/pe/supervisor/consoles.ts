import type { PeConfig } from '../../base/pe-config.ts';
import { exists, kill, list, readText, replaceFile, writeTerminal } from '../host.ts';
import { type Terminal, terminals, withLogins } from '../lib/consoles.ts';
import { clearScreen, issueText } from '../lib/screen.ts';
import { consoleHush } from './console-hush.ts';

const init = 1;
const hangUp = 1; // SIGHUP: busybox init reads /etc/inittab again

export interface Consoles {
  /** A line on every screen and serial console. */
  readonly say: (line: string) => void;
  /** Offers a login with this welcome on every console. */
  readonly open: (welcome: string) => void;
  /** Shows a new welcome where nobody has begun to log in. */
  readonly refresh: (welcome: string) => void;
}

function present(name: string): boolean {
  const type = readText(`/sys/class/tty/${name}/type`);
  return type === undefined ? exists(`/sys/class/tty/${name}`) : type.trim() !== '0';
}

/** Terminals on which a getty waits for a name: on others a person is at work. */
function waiting(): Set<string> {
  const names = new Set<string>();
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const words = (readText(`/proc/${pid}/cmdline`) ?? '').split('\0');
    if (words[0]?.endsWith('getty') === true) for (const word of words) names.add(word);
  }
  return names;
}

/** @param screenTaken a system is given the first screen (`diskbios.console=`) */
export function createConsoles(config: PeConfig, commandLine: string, screenTaken: boolean): Consoles {
  const all: Terminal[] = terminals({
    active: readText('/sys/class/tty/console/active') ?? '',
    wanted: config.consoles,
    commandLine,
    present,
    screenTaken,
  });
  const [screen] = all;
  const hush = consoleHush();
  const write = (welcome: string): void => {
    replaceFile('/run/diskbios/issue.screen', clearScreen + issueText(welcome), 0o600);
    replaceFile('/run/diskbios/issue.serial', issueText(welcome), 0o600);
  };
  return {
    say(line) {
      hush();
      for (const { name, kind } of all) {
        if (kind === 'serial' || name === screen?.name) writeTerminal(`/dev/${name}`, `${line}\n`);
      }
    },
    open(welcome) {
      write(welcome);
      const table = readText('/etc/inittab') ?? '';
      const wanted = withLogins(table, all);
      if (wanted === table) return;
      replaceFile('/etc/inittab', wanted);
      kill(init, hangUp);
    },
    refresh(welcome) {
      write(welcome);
      const free = waiting();
      const prompt = `${config.hostname} login: `;
      for (const { name, kind } of all) {
        if (!free.has(name)) continue;
        const text = `${welcome}${prompt}`;
        writeTerminal(`/dev/${name}`, kind === 'screen' ? clearScreen + text : `\n${text}`);
      }
    },
  };
}
