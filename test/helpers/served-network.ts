import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCli } from './builder.ts';

/** What keeps this machine from making a network of its own; `undefined`: nothing. */
export function networksProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can';
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
  const made = spawnSync('unshare', ['-n', 'sh', '-c', layout]);
  return made.status === 0 ? undefined : `a network cannot be made: ${made.stderr.toString().trim()}`;
}

/** A bridge with the address of the server, and a card for a machine on it. */
const layout = [
  'set -e; ip link set lo up; ip link add br0 type bridge; ip address add 192.168.77.1/24 dev br0; ip link set br0 up',
  'ip tuntap add tap0 mode tap; ip link set tap0 master br0 up; echo made',
].join('; ');

/** Another machine there, which gives out addresses and nothing else. */
const router = (dnsmasq: readonly string[]): string =>
  [
    'unshare -n sleep 3600 & there=$!',
    'until [ "$(readlink /proc/$there/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.1; done',
    'ip link add v0 type veth peer name v1; ip link set v0 master br0 up; ip link set v1 netns $there',
    'in="nsenter -n -t $there"; $in ip address add 192.168.77.2/24 dev v1; $in ip link set v1 up',
    `$in ${dnsmasq.join(' ')} --conf-file=/dev/null --keep-in-foreground --user=root --port=0 --pid-file= --interface=v1 --bind-interfaces --dhcp-range=192.168.77.50,192.168.77.60 --dhcp-leasefile=/dev/null &`,
  ].join('\n');

export interface ServedNetwork {
  /** Before a command that is to run on that network. */
  readonly within: readonly string[];
  /** What `diskbios serve` has printed so far. */
  readonly printed: () => string;
  /** Ends `serve` as Ctrl-C does, and gives its exit code. */
  readonly interrupt: () => Promise<number | null>;
}

/** Makes a network of its own, with `diskbios serve` on it, for as long as `work` lasts. */
export async function withServedNetwork<T>(
  how: {
    readonly folder: string;
    readonly store: string;
    readonly dnsmasq: readonly string[];
    /** Another machine gives out the addresses; else `serve` does. */
    readonly router: boolean;
  },
  work: (network: ServedNetwork) => Promise<T>,
): Promise<T> {
  const script = `${layout}\n${how.router ? router(how.dnsmasq) : ''}\necho ready; exec sleep 3600`;
  const holder = spawn('unshare', ['-n', 'sh', '-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await said(holder, /^ready/m);
    const within = ['nsenter', '-n', '-t', String(holder.pid)];
    const range = how.router ? [] : ['--dhcp', '192.168.77.100-192.168.77.120'];
    const serve = startCli(['serve', how.folder, ...range], { store: how.store, cwd: '/', through: within });
    let text = '';
    serve.child.stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
    });
    try {
      await said(serve.child, /^serving /m, 'stderr');
      const interrupt = async (): Promise<number | null> => {
        serve.child.kill('SIGINT');
        return (await serve.ended).code;
      };
      return await work({ within, printed: () => text, interrupt });
    } finally {
      // Not by force: it ends its dnsmasq.
      serve.child.kill('SIGINT');
      await serve.ended;
    }
  } finally {
    // The holder and what it started on that network.
    if (holder.pid !== undefined) process.kill(-holder.pid, 'SIGKILL');
    await sleep(100);
  }
}

function said(child: ChildProcess, pattern: RegExp, on: 'stdout' | 'stderr' = 'stdout'): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child[on]?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (pattern.test(text)) resolve();
    });
    child.on('close', () => reject(new Error(`it ended: ${text}`)));
  });
}
