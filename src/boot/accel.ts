import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError, FailedError } from '../base/errors.ts';
import type { Monitor } from '../base/events.ts';
import { sha256 } from '../base/json.ts';
import { run } from '../sys/run.ts';
import { probeDisk, probeExitCode } from './accel-probe.ts';
import { withGuestFolder } from './launch.ts';
import type { Accelerator, AcceleratorKind } from './spec.ts';
import type { QemuTools } from './tools.ts';

/** What a probe found out. */
export interface AcceleratorChoice extends Accelerator {
  /** Milliseconds the probe's guest took, QEMU's own start included. */
  readonly probeMs: number;
  /** Factor for time limits: 1 on a machine of ordinary speed without hardware help, more on slower ones. */
  readonly patience: number;
  /** For a person: what was chosen, and why no faster one. */
  readonly reason: string;
}

export interface AcceleratorOptions {
  /** Folder where the answer is remembered until the machine is started anew; `undefined`: nowhere. */
  readonly cacheDir: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly monitor?: Monitor | undefined;
}

/**
 * Processor models. Under TCG those tried (qemu64, kvm64, Nehalem, Westmere, max) boot Debian's kernel within some 10 % of each
 * other; `max` has all instructions that a system might want. With hardware help the guest sees the machine's own.
 */
const models: Readonly<Record<AcceleratorKind, string>> = { kvm: 'host', hvf: 'host', tcg: 'max' };

/** How long a working accelerator may take for the probe: TCG on a loaded machine needs most. */
const limits: Readonly<Record<AcceleratorKind, number>> = { kvm: 1000, hvf: 1000, tcg: 30_000 };

/** The probe under TCG on the two-core machine that the time limits were made for. */
const ordinaryMs = 250;

/** The accelerator a person asked for, without a probe. */
export function namedAccelerator(kind: AcceleratorKind): Accelerator {
  return { kind, cpu: models[kind] };
}

/**
 * Chooses the accelerator by running a tiny guest under each that this machine might have: `/dev/kvm` can exist and not
 * work. The answer is remembered per QEMU, until the machine is started anew.
 */
export async function chooseAccelerator(
  tools: QemuTools,
  options: AcceleratorOptions,
): Promise<AcceleratorChoice> {
  const file =
    options.cacheDir === undefined
      ? undefined
      : join(options.cacheDir, `accelerator-${machineId(tools)}.json`);
  const known = file === undefined ? undefined : remembered(file);
  if (known !== undefined) return known;
  const chosen = await probeAll(tools, options);
  if (file !== undefined) remember(file, chosen);
  return chosen;
}

async function probeAll(tools: QemuTools, options: AcceleratorOptions): Promise<AcceleratorChoice> {
  const hardware = await hardwareKind();
  let reason = hardware.reason;
  for (const kind of hardware.kind === undefined ? ['tcg' as const] : [hardware.kind, 'tcg' as const]) {
    const result = await probe(tools, kind, options);
    if (result.works) return choice(kind, result.ms, reason || 'it works');
    reason = `${kind.toUpperCase()} is there but does not work: ${result.why}`;
  }
  throw new FailedError('no-accelerator', `QEMU cannot run even a tiny guest (${reason})`);
}

function choice(kind: AcceleratorKind, probeMs: number, reason: string): AcceleratorChoice {
  const patience = Math.max(kind === 'tcg' ? 1 : 0.5, probeMs / ordinaryMs);
  return { ...namedAccelerator(kind), probeMs, patience, reason };
}

/** The accelerator a person asked for, measured; throws where it does not work. */
export async function measureAccelerator(
  tools: QemuTools,
  kind: AcceleratorKind,
  options: Omit<AcceleratorOptions, 'cacheDir'> = {},
): Promise<AcceleratorChoice> {
  const result = await probe(tools, kind, options);
  if (result.works) return choice(kind, result.ms, 'it was asked for');
  throw new FailedError('no-accelerator', `${kind.toUpperCase()} does not work here: ${result.why}`);
}

/** Which hardware help this machine might have. */
async function hardwareKind(): Promise<{ kind?: AcceleratorKind; reason: string }> {
  if (process.platform === 'darwin') return { kind: 'hvf', reason: '' };
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return { kind: 'kvm', reason: '' };
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES';
    return {
      reason: denied
        ? 'KVM is there, but /dev/kvm may not be opened by this user'
        : 'this machine has no KVM',
    };
  }
}

type ProbeResult = { works: true; ms: number } | { works: false; why: string };

/** Runs the probe's guest under one accelerator. */
export async function probe(
  tools: QemuTools,
  kind: AcceleratorKind,
  options: Omit<AcceleratorOptions, 'cacheDir'> = {},
): Promise<ProbeResult> {
  return withGuestFolder(async ({ dir }) => {
    const disk = join(dir, 'probe.img');
    writeFileSync(disk, probeDisk());
    const limit = AbortSignal.timeout(limits[kind]);
    const started = performance.now();
    try {
      await run(tools.argv(...probeArguments(kind, disk)), {
        env: tools.env,
        okCodes: [probeExitCode],
        signal: options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]),
        monitor: options.monitor,
        cwd: dir,
      });
      return { works: true, ms: Math.round(performance.now() - started) };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (limit.aborted)
        return { works: false, why: `a tiny guest did not finish within ${limits[kind] / 1000} s` };
      if (error instanceof CommandError) return { works: false, why: firstComplaint(error.lastLines) };
      throw error;
    }
  });
}

function probeArguments(kind: AcceleratorKind, disk: string): string[] {
  return [
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-machine', 'q35', '-m', '32'],
    ...['-accel', kind === 'tcg' ? 'tcg,thread=multi' : kind, '-cpu', models[kind], '-no-reboot'],
    ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=1'],
    ...['-drive', `if=none,id=disk,format=raw,file=${disk.replaceAll(',', ',,')}`],
    ...['-device', 'ide-hd,bus=ide.0,drive=disk'],
  ];
}

function firstComplaint(lines: string): string {
  const line = lines.split('\n').find((text) => text.trim() !== '' && !text.includes('warning:'));
  return (line ?? 'its guest ended early').replace(/^.*?qemu-system-\S+: (?:error: )?/, '').trim();
}

/** Names this boot of this machine and the QEMU, since the answer holds for no other. */
function machineId(tools: QemuTools): string {
  let boot = '';
  try {
    boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux: kernel and processor must do.
  }
  const processors = cpus();
  const user = process.getuid?.() ?? 0;
  const parts = [boot, release(), processors[0]?.model ?? '', processors.length, tools.id, user];
  return sha256(parts.join('\n')).slice(0, 16);
}

function remembered(file: string): AcceleratorChoice | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AcceleratorChoice;
  } catch {
    return undefined;
  }
}

function remember(file: string, choice: AcceleratorChoice): void {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(choice)}\n`);
  renameSync(beside, file);
}
