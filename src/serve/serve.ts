import { readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailedError } from '../base/errors.ts';
import type { Monitor } from '../base/events.ts';
import { withScratch } from '../sys/scratch.ts';
import { type Running, start } from '../sys/start.ts';
import { toolArgv } from '../sys/tools.ts';
import { type DnsmasqWish, dnsmasqConfig } from './dnsmasq.ts';
import { fileServer } from './http.ts';
import { portOwner } from './port-owner.ts';
import { macOf, type Request, requestOf } from './requests.ts';

export interface ServeOptions extends Omit<DnsmasqWish, 'state'> {
  /** Folder of the pinned dnsmasq. */
  readonly tools: string;
  readonly signal: AbortSignal;
  readonly monitor: Monitor;
  readonly heard: (request: Request) => void;
  /** Every line of dnsmasq's. */
  readonly log?: ((line: string) => void) | undefined;
}

/** Serves a folder for as long as `work` lasts, or until dnsmasq fails. */
export function withServer<T>(options: ServeOptions, work: () => Promise<T>): Promise<T> {
  const { on, root, httpPort } = options;
  const heard = (request: Request): void => {
    options.heard({ ...request, mac: request.mac ?? cardOf(request.address) });
  };
  return withScratch(tmpdir(), async (state) => {
    const files = fileServer(root, heard);
    await listen(files, on.address, httpPort);
    try {
      const dnsmasq = await startDnsmasq({ ...options, heard }, state);
      try {
        return await Promise.race([work(), failure(dnsmasq)]);
      } finally {
        dnsmasq.kill();
        await dnsmasq.ended;
      }
    } finally {
      files.close();
      files.closeAllConnections();
    }
  });
}

/** The MAC address that the kernel knows for an address. */
function cardOf(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  try {
    return macOf(address, readFileSync('/proc/net/arp', 'utf8'));
  } catch {
    return undefined;
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portInUse('tcp', port, 'HTTP') : error);
    });
    server.listen({ host, port }, resolve);
  });
}

function portInUse(protocol: 'udp' | 'tcp', port: number, of: string): FailedError {
  const owner = portOwner(protocol, port) ?? 'another program';
  return new FailedError('port-in-use', `${of}'s port ${port} is in use: ${owner} has it`, {
    hint:
      of === 'HTTP'
        ? 'serve HTTP on another one, such as --http-port 8080'
        : 'end that program, or serve there',
  });
}

async function startDnsmasq(options: ServeOptions, state: string): Promise<Running> {
  const config = join(state, 'dnsmasq.conf');
  writeFileSync(config, dnsmasqConfig({ ...options, state }));
  let rest = '';
  let tell: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const take = (line: string): void => {
    options.log?.(line);
    if (/: started, version/.test(line)) tell();
    const request = requestOf(line, options.root);
    if (request !== undefined) options.heard(request);
  };
  const process = start(
    toolArgv(options.tools, 'usr/sbin/dnsmasq', [
      ...['--keep-in-foreground', '--log-facility=-', `--conf-file=${config}`],
    ]),
    {
      leashed: true,
      monitor: options.monitor,
      stderr: (text) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(take);
      },
    },
  );
  await Promise.race([started, failure(process)]);
  return process;
}

/** Fails as soon as dnsmasq ends. */
async function failure(process: Running): Promise<never> {
  const { stderr, killed } = await process.ended;
  const said =
    stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^dnsmasq: /, '') ?? '';
  if (killed) return new Promise(() => undefined);
  if (/in use/.test(said)) {
    const port = /DHCP/i.test(said) ? 67 : /port (\d+)/.exec(said)?.[1];
    const number = Number(port ?? 69);
    throw portInUse('udp', number, number === 69 ? 'TFTP' : 'DHCP');
  }
  throw new FailedError('serve-failed', `dnsmasq ended: ${said || 'it said nothing'}`);
}
