import { ownPid, readText } from '../host.ts';
import type { Owner } from '../lib/systems/journal.ts';
import { startTicks } from '../supervisor/services.ts';

export const bootId = (): string => (readText('/proc/sys/kernel/random/boot_id') ?? '').trim();

/** This process, so that others can tell later whether it still lives. */
export const myself = (): Owner => ({ boot: bootId(), pid: ownPid(), ticks: startTicks(ownPid()) ?? 0 });

export const isAlive = (owner: Owner): boolean =>
  owner.boot === bootId() && startTicks(owner.pid) === owner.ticks;
