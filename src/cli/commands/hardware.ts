import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { FailedError, UserError } from '../../base/errors.ts';
import type { CliIo } from '../io.ts';

interface ProbeFlags {
  readonly ssh?: string;
  readonly output?: string;
}

const examples = `
Examples:
  $ diskbios hardware probe -o my-box.json               of this machine
  $ diskbios hardware probe --ssh root@box -o box.json   of another one, which needs a shell and busybox's commands only
  $ systemx hardware                                     in the PE: prints the same

A recipe with \`hardware: { from: ./my-box.json }\` builds for exactly that machine. Nothing in the file tells two machines
of one make apart: serial numbers, addresses and names are left out.
`;

/** `hardware probe` */
export function register(program: Command, io: CliIo): void {
  const hardware = program.command('hardware').description('say what a machine is made of, for recipes');
  hardware
    .command('probe')
    .description('print what a machine is made of, as JSON')
    .option('--ssh <host>', 'probe another machine: a host or user@host, as ssh takes it')
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText('after', examples)
    .action((flags: ProbeFlags) => probe(flags, io));
}

/** What ssh ends with where it fails itself. */
const sshFailed = 255;

async function probe({ ssh, output }: ProbeFlags, io: CliIo): Promise<void> {
  const [{ probeScript, readProbe }, { hardwareReportText }, { run }] = await Promise.all([
    import('../../base/hardware-probe.ts'),
    import('../../base/hardware-report.ts'),
    import('../../sys/run.ts'),
  ]);
  if (ssh?.startsWith('-') === true)
    throw new UserError({ code: 'bad-call', message: `--ssh ${ssh}: a host cannot begin with -` });
  // Whatever shell the other side has, this is one word to it.
  const quoted = `'${probeScript.replaceAll("'", "'\\''")}'`;
  const argv = ssh === undefined ? ['sh', '-c', probeScript] : ['ssh', '--', ssh, `sh -c ${quoted}`];
  const okCodes = ssh === undefined ? [0] : [0, sshFailed];
  const { stdout, stderr, exitCode } = await run(argv, { signal: io.signal, env: sshEnv(io.env), okCodes });
  if (ssh !== undefined && exitCode === sshFailed)
    throw new FailedError('no-ssh', `${ssh} cannot be reached: ${stderr.trim().split('\n').at(-1) ?? ''}`, {
      hint: `what \`ssh ${ssh}\` says helps: its host key must be known here, and a key of yours there`,
    });
  const report = readProbe(stdout);
  if (report === undefined)
    throw new FailedError('no-report', `${ssh ?? 'this machine'} does not say what it is made of`, {
      hint: 'it must run Linux, with a shell and the commands cat, find, grep, sed and sort',
    });
  const text = hardwareReportText(report);
  if (output === undefined) io.out(text);
  else writeFileSync(resolve(io.cwd, output), text);
}

/** What ssh takes from its user: keys of an agent, its files. */
function sshEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    ['HOME', 'SSH_AUTH_SOCK', 'TERM'].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}
