import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { MissingError, UserError } from '../../base/errors.ts';
import { type NetbootFacts, netbootPaths, parseNetbootFacts } from '../../base/netboot.ts';
import type { CliIo } from '../io.ts';

interface Flags {
  readonly interface?: string;
  readonly dhcp?: string;
  readonly httpPort: string;
  readonly once?: true;
  readonly verbose?: true;
}

const examples = `
A DHCP server that is there already stays: it gives out the addresses, and machines are told only where to start from. On a
network without one, --dhcp gives out addresses as well. Machines get what is small by TFTP and what is large by HTTP; BIOS, UEFI
and UEFI's HTTP boot are served alike. The ports 67, 69 and 4011 take root's rights. Ctrl-C ends it.

Examples:
  $ diskbios build mybox.yaml --medium netboot
  $ sudo diskbios serve out/mybox-netboot --interface eth1
  $ sudo diskbios serve out/mybox-netboot --interface eth1 --dhcp 192.168.7.100-192.168.7.199
`;

/** `serve DIR` */
export function register(program: Command, io: CliIo): void {
  program
    .command('serve')
    .description('start machines over the network from a folder of the medium netboot')
    .argument('<dir>', 'a folder that `diskbios build --medium netboot` made')
    .option('-i, --interface <name>', 'network card to serve on (default: the only one with an address)')
    .option('--dhcp <first-last>', 'give out these addresses: for a network without a DHCP server')
    .option('--http-port <n>', 'port of the HTTP server', '80')
    .option('--once', 'end when a machine has loaded kernel and initrd')
    .option('-v, --verbose', 'show all that dnsmasq says')
    .addHelpText('after', examples)
    .action((dir: string, flags: Flags) => serve(dir, flags, io));
}

async function serve(dir: string, flags: Flags, io: CliIo): Promise<void> {
  const { cardsHere, chooseInterface, dhcpRange } = await import('../../serve/interfaces.ts');
  const root = resolve(io.cwd, dir);
  const { name, version } = factsOf(root, dir);
  const on = chooseInterface(flags.interface, await cardsHere());
  const range = flags.dhcp === undefined ? undefined : dhcpRange(flags.dhcp, on);
  const httpPort = portOf(flags.httpPort);
  if (process.getuid?.() !== 0) throw await noRights(io);
  const tools = await serveTools(io, flags.verbose === true);

  const { withServer } = await import('../../serve/serve.ts');
  const { requestLine } = await import('../../serve/requests.ts');
  const { gotAll } = await import('../../serve/started.ts');
  // Personal settings are loaded last.
  const started = ['boot/vmlinuz', 'boot/initrd.img', 'diskbios/personal.cpio'];
  const loaded = gotAll(started.filter((file) => existsSync(join(root, file))));
  let finish: () => void = () => undefined;
  const over = new Promise<void>((end) => {
    finish = end;
    io.signal.addEventListener('abort', () => end());
  });
  const options = {
    ...{ on, root, httpPort, range, tools, signal: io.signal },
    monitor: () => undefined,
    log: flags.verbose === true ? (line: string) => io.err(`${line}\n`) : undefined,
    heard: (request: Parameters<typeof requestLine>[0]): void => {
      io.out(`${requestLine(request)}\n`);
      if (flags.once === true && loaded(request)) finish();
    },
  };
  await withServer(options, async () => {
    const addresses = range === undefined ? 'proxy-DHCP' : `DHCP ${range.first}-${range.last}`;
    io.err(
      `serving ${name} ${version} on ${on.name} (${on.address}): ${addresses}, TFTP, HTTP port ${httpPort}\n`,
    );
    await over;
  });
}

function factsOf(root: string, given: string): NetbootFacts {
  const file = join(root, netbootPaths.facts);
  const facts = existsSync(file) ? parseNetbootFacts(readFileSync(file, 'utf8')) : undefined;
  if (facts !== undefined) return facts;
  throw new UserError({
    code: 'no-netboot-folder',
    message: existsSync(root)
      ? `${given} is no folder for network boot`
      : `${given}: there is no such folder`,
    expected: 'a folder that `diskbios build --medium netboot` made, such as out/mybox-netboot',
  });
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new UserError({
    code: 'bad-port',
    message: `--http-port ${text}: no port`,
    expected: 'a number from 1 to 65535',
  });
}

/** What to do without root's rights, with the store of the person who asks. */
async function noRights(io: CliIo): Promise<MissingError> {
  const [{ storeDir }, { shellLine }] = await Promise.all([
    import('../../store/paths.ts'),
    import('../../sys/run.ts'),
  ]);
  const again = ['sudo', 'env', `DISKBIOS_STORE=${storeDir(io.env)}`, ...process.argv];
  return new MissingError("DHCP's and TFTP's ports (67, 69, 4011) are for root only", shellLine(again));
}

async function serveTools(io: CliIo, verbose: boolean): Promise<string> {
  const [{ ensureServeTools, serveToolsUsedLast }, { openStore }, { storeDir }, { showProgress }] =
    await Promise.all([
      import('../../serve/tools.ts'),
      import('../../store/store.ts'),
      import('../../store/paths.ts'),
      import('../progress/progress.ts'),
    ]);
  const store = openStore(storeDir(io.env));
  const last = serveToolsUsedLast(store);
  if (last !== undefined) return last;
  const progress = await showProgress(io, { mode: 'auto', verbose });
  let failed = true;
  try {
    const { monitor } = progress;
    const tools = await ensureServeTools({ store, env: io.env, signal: io.signal, monitor });
    failed = false;
    return tools;
  } finally {
    await progress.finish(failed);
  }
}
