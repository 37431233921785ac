import type { Command } from 'commander';
import type { Finding } from '../doctor/types.ts';
import type { CliIo } from '../io.ts';

/** Exit code where something necessary is missing. */
const missingCode = 3;

interface Options {
  readonly json?: true;
  readonly offline?: true;
}

export function register(program: Command, io: CliIo): void {
  program
    .command('doctor')
    .description('show what this machine has and lacks, and what to do about it')
    .option('--offline', 'do not ask the network')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Ends with 0 where all that is necessary is there, with 3 where something is missing.

Examples:
  $ diskbios doctor
  $ diskbios doctor --offline --json
`,
    )
    .action(async (options: Options) => {
      const findings = await examine(options.offline === true, io);
      if (options.json === true) io.out(`${JSON.stringify({ findings }, null, 2)}\n`);
      else {
        const { findingsText } = await import('../views/doctor.ts');
        io.out(findingsText(findings, io));
      }
      if (findings.some((finding) => finding.level === 'missing')) process.exitCode = missingCode;
    });
}

async function examine(offline: boolean, io: CliIo): Promise<Finding[]> {
  const { nodeFinding, programFindings } = await import('../doctor/programs.ts');
  const { namespaceFinding, storeFindings, terminalFinding } = await import('../doctor/machine.ts');
  const { kvmFinding } = await import('../doctor/kvm.ts');
  const { mirrorFinding, proxyFinding } = await import('../doctor/network.ts');
  const { storeDir } = await import('../../store/paths.ts');
  const store = storeDir(io.env);
  return [
    nodeFinding(process.version),
    ...programFindings(),
    ...storeFindings(store),
    await mirrorFinding(io.env, { offline, signal: io.signal }),
    proxyFinding(io.env),
    await kvmFinding(store, io.signal),
    await namespaceFinding(),
    terminalFinding(io),
  ];
}
