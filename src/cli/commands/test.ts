import type { Command } from 'commander';
import type { CliIo } from '../io.ts';
import { collect, withProgressFlags } from '../options.ts';
import type { TestFlags } from '../test/flags.ts';

const examples = `
A recipe is built for the test, with the agent that carries out commands in it; nothing in out/ but out/tests is touched. An image
is booted as it is: \`run:\` steps need one that was built with \`diskbios build --with-agent\`. Without \`tests:\` it is proven that
each medium boots on BIOS and UEFI, gets ready and heeds the power button.

The report (report.html, report.json, junit.xml, serial logs, screenshots) is written to out/tests/<name>.
Exit codes: 0 all passed, 1 a test failed, 2 wrong input, 3 something is missing on this machine.

Examples:
  $ diskbios test mybox.yaml
  $ diskbios test recipes/*.yaml --junit results.xml
  $ diskbios test mybox.yaml --filter uefi --repeat 50 --bail
  $ diskbios test out/mybox.iso --tests checks.yaml --ssh-key ~/.ssh/id_ed25519
  $ diskbios test mybox.yaml --list
`;

/** `test RECIPE|IMAGE…` */
export function register(program: Command, io: CliIo): void {
  const command = program
    .command('test')
    .description(
      'boot what recipes build, or images, in virtual machines, and prove what `tests:` says of them',
    )
    .argument(
      '<recipe-or-image...>',
      'recipes (.yaml), which are built first, ISO or disk images, or folders for network boot',
    )
    .option('--filter <text>', 'only cases whose name holds this, or matches /this/')
    .option('--jobs <n>', 'machines at once (default: as many as processors and memory allow)')
    .option('--repeat <n>', 'run every case so many times', '1')
    .option('--bail', 'stop at the first case that fails')
    .option('--list', 'list the cases and run none')
    .option('--tests <file>', 'take the tests from this YAML file instead')
    .option('-o, --output <dir>', 'folder whose `tests` folder takes the reports', 'out')
    .option('--artifacts <dir>', 'folder for the report, replaced as a whole (default: out/tests/<name>)')
    .option('--junit <file>', 'write the JUnit report here as well')
    .option('--keep', "keep the machines' disks and UEFI variables among the artifacts")
    .option(
      '--ssh-key <file>',
      'private key that the image lets in, for `ssh:` (default: one made for the test)',
    )
    .option('--accel <kind>', 'auto (tries KVM or HVF on a tiny guest first), kvm, hvf, tcg', 'auto')
    .option('--set <key=value>', 'override a value of the recipes (repeatable)', collect, [])
    .option('--locked', 'refuse to change the lock')
    .option('--mirror <url>', "Debian mirror to use, before the recipe's and the machine's")
    .option('--json', 'print the reports, or with --list the cases, as JSON')
    .addHelpText('after', examples);
  withProgressFlags(command).action(async (what: string[], flags: TestFlags) => {
    const { runTests } = await import('../test/test.ts');
    await runTests(what, flags, io);
  });
}
