import type { Attachment, Firmware } from '../../src/base/machine.ts';
import type {
  BootTimes,
  CaseFailure,
  CaseResult,
  GuestResult,
  ProofReport,
  StepResult,
} from '../../src/proof/result.ts';

const mib = 1024 ** 2;

/** A report with the given cases; two images and a machine that emulates are filled in. */
export function proofReport(cases: readonly CaseResult[], given: Partial<ProofReport> = {}): ProofReport {
  return {
    format: 1,
    name: 'cloudbios',
    version: '0.1.0',
    images: [
      {
        medium: 'iso',
        file: 'out/cloudbios.iso',
        size: 43_581_440,
        sha256: '9f2c41d6b07a8e35c4d1f0926be7a3581c0d94e2f7b6a85310ce42d97f18b6a3',
        agent: true,
        layers: 'c'.repeat(64),
      },
    ],
    started: '2026-11-21T13:05:42.120Z',
    durationMs: 41_870,
    machine: {
      accelerator: 'tcg',
      reason: 'this machine has no KVM',
      probeMs: 231,
      patience: 1,
      qemu: 'QEMU 10.0.2',
      processors: 2,
      jobs: 2,
    },
    cases,
    ...given,
  };
}

export function boot(times: Partial<BootTimes> = {}): BootTimes {
  return { grub: 480, kernel: 2610, init: 4890, ready: 7320, ...times };
}

export function step(title: string, given: Partial<StepResult> = {}): StepResult {
  return { title, guest: 'pe', outcome: 'passed', startMs: 0, durationMs: 1000, output: undefined, ...given };
}

export function guest(id: string, given: Partial<GuestResult> = {}): GuestResult {
  return {
    name: 'pe',
    boots: [boot()],
    serialLog: `${id}/pe.serial.log`,
    screenshots: [],
    command: `qemu-system-x86_64 -machine q35 -m 512 -cdrom 'out/cloudbios.iso' -nographic`,
    ...given,
  };
}

export interface CaseWish extends Partial<Omit<CaseResult, 'medium' | 'memory'>> {
  readonly as?: Attachment;
  readonly firmware?: Firmware;
  /** MiB. */
  readonly memory?: number;
}

/** A case that passed, but for what is given. */
export function caseResult(wish: CaseWish = {}): CaseResult {
  const { as = 'cd', firmware = 'bios', memory = 512, test = 'boots everywhere', ...given } = wish;
  const medium = as === 'cd' ? 'iso' : `iso-as-${as}`;
  const id = `${test.replaceAll(/\W+/g, '-')}.${medium}.${firmware}.${memory}MiB.${given.repetition ?? 1}`;
  return {
    test,
    id,
    title: `${medium}, ${firmware.toUpperCase()}, ${memory} MiB`,
    medium: { kind: 'iso', as },
    firmware,
    memory: memory * mib,
    cpus: 2,
    repetition: 1,
    outcome: 'passed',
    durationMs: 9410,
    overheadMs: 84,
    steps: [
      step('ready: live', { durationMs: 7330 }),
      step('run: ip -j route', {
        startMs: 7330,
        durationMs: 140,
        output: '[{"dst":"default","gateway":"10.0.2.2","dev":"eth0"}]\n',
      }),
      step('poweroff: button', { startMs: 7470, durationMs: 1830 }),
    ],
    guests: [guest(id)],
    failure: undefined,
    ...given,
  };
}

export function failure(given: Partial<CaseFailure> = {}): CaseFailure {
  return {
    name: 'expectation',
    message: 'the command says something else',
    detail: ['$[0].dst:', '  expected: "default"', '  came:     "10.0.2.0/24"'],
    step: 1,
    guest: 'pe',
    place: 'recipes/cloudbios.yaml:31:9',
    lastLines: ['DISKBIOS-READY mode=live up=4.83'],
    screenshot: undefined,
    command: `qemu-system-x86_64 -machine q35 -m 512 -cdrom 'out/cloudbios.iso' -nographic`,
    ...given,
  };
}

/** A case that failed at its second step. */
export function failedCase(wish: CaseWish = {}, why: Partial<CaseFailure> = {}): CaseResult {
  return caseResult({
    outcome: 'failed',
    steps: [
      step('ready: live', { durationMs: 7330 }),
      step('run: ip -j route', { startMs: 7330, durationMs: 140, outcome: 'failed', output: '[]\n' }),
      step('poweroff: button', { startMs: 0, durationMs: 0, outcome: 'not-run' }),
    ],
    failure: failure(why),
    ...wish,
  });
}

export function notRunCase(wish: CaseWish = {}): CaseResult {
  return caseResult({ outcome: 'not-run', durationMs: 0, steps: [], guests: [], ...wish });
}
