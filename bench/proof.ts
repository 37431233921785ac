import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readyPattern } from '../src/base/console-lines.ts';
import { packageRoot } from '../src/base/package-root.ts';
import type { ProofReport } from '../src/proof/result.ts';
import type { Built } from './builds.ts';
import type { Figure } from './figures.ts';

const matrix = `tests:
  - name: boots everywhere
    matrix: { medium: [iso, iso-as-usb], firmware: [bios, uefi] }
    steps:
      - ready: live
      - run: ip -j route
        expect: { json: [{ dst: default }] }
        retry: 10s
      - poweroff: { within: 20s }
`;
const single = `tests:
  - name: alone
    steps: [ready: live]
`;

/** Runs `diskbios test` with these tests instead of the recipe's own; `what`: the recipe, or an image. */
async function proven(
  built: Built,
  tests: string,
  what = built.recipe,
): Promise<{ seconds: number; report: ProofReport }> {
  const cwd = dirname(built.recipe);
  writeFileSync(join(cwd, 'bench-tests.yaml'), tests);
  const program = join(packageRoot(), 'dist', 'diskbios.js');
  const argv = [program, 'test', what, '--tests', 'bench-tests.yaml', '--artifacts', 'bench-report'];
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [...argv, '--progress', 'none'], {
      ...{ cwd, stdio: ['ignore', 'ignore', 'pipe'] },
      env: { ...process.env, DISKBIOS_STORE: built.store },
    });
    let err = '';
    child.stderr.on('data', (bytes: Buffer) => {
      err += bytes.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the tests failed (${code ?? 'killed'}):\n${err}`));
    });
  });
  const seconds = (performance.now() - started) / 1000;
  return {
    seconds,
    report: JSON.parse(readFileSync(join(cwd, 'bench-report', 'report.json'), 'utf8')) as ProofReport,
  };
}

/** Seconds from starting a command of a report by hand, with Enter pressed in the menu, to READY. */
function byHand(command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn('sh', ['-c', command.replace(/\n(?!.*\n)/s, '\nexec env ')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let said = '';
    let pressed = false;
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      if (!pressed && said.includes('GNU GRUB')) {
        pressed = true;
        child.stdin.write('\r');
      }
      if (!readyPattern.test(said)) return;
      resolve((performance.now() - started) / 1000);
      child.kill();
    });
    child.on('error', reject);
    child.on('close', () => {
      reject(new Error(`no READY by hand:\n${said.slice(-2000)}`));
    });
  });
}

/** `diskbios test`: the whole matrix, what the harness adds, and whether a guest is slower under it. */
export async function benchProof(_root: string, built: Built, repetitions: number): Promise<Figure[]> {
  const seconds: number[] = [];
  const overheads: number[] = [];
  const ratios: number[] = [];
  const image = join(dirname(built.recipe), 'out', 'cloud.iso');
  // Whatever is not built yet is built before the first measurement.
  await proven(built, single);
  for (let n = 0; n < repetitions; n += 1) {
    const whole = await proven(built, matrix);
    seconds.push(whole.seconds);
    overheads.push(...whole.report.cases.map(({ overheadMs }) => overheadMs / 1000));
    // As it is shipped: the agent is work that the guest would not have by hand.
    const guest = (await proven(built, single, image)).report.cases[0]?.guests[0];
    const ready = guest?.boots[0]?.ready;
    if (guest === undefined || typeof ready !== 'number') throw new Error('the report tells of no boot');
    ratios.push(ready / 1000 / (await byHand(guest.command)));
  }
  return [
    { name: 'matrix BIOS, UEFI x CD, stick', unit: 's', values: seconds, aim: 45 },
    { name: "from QEMU's exit to the result", unit: 's', values: overheads, aim: 0.3 },
    { name: 'READY under the harness, against by hand', unit: 'x', values: ratios, aim: 1 },
  ];
}
