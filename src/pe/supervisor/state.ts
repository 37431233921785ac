import { after, exists, kill, ownPid, readText, replaceFile } from '../host.ts';
import { type BootStatus, type SupervisorState, statePath, statusPath } from '../lib/service-state.ts';
import { systemOfService } from '../lib/systems/run-state.ts';
import { problemsPath } from '../lib/takeover/refusal.ts';
import { type Services, startTicks } from './services.ts';

/**
 * Ends what an earlier supervisor started and left running when it died: it cannot be watched from here. Systems go on
 * running. Returns what the earlier one knew.
 */
export function endLeftovers(): SupervisorState['services'] {
  try {
    const before = JSON.parse(readText(statePath) ?? '') as SupervisorState;
    for (const [name, { pid, ticks }] of Object.entries(before.services)) {
      if (systemOfService(name) !== undefined) continue;
      if (pid !== undefined && ticks !== undefined && startTicks(pid) === ticks) kill(pid, 15);
    }
    return before.services;
  } catch {
    // No earlier supervisor, or it died before it wrote anything.
    return {};
  }
}

/** Writes /run/diskbios/services.json soon after a change; several changes are written at once. */
export function createStateWriter(services: () => Services | undefined): {
  readonly changed: () => void;
  readonly begin: () => void;
} {
  let begun = false;
  let pending = false;
  const write = (): void => {
    pending = false;
    const state: SupervisorState = { supervisor: ownPid(), services: services()?.states() ?? {} };
    replaceFile(statePath, `${JSON.stringify(state)}\n`);
  };
  const changed = (): void => {
    if (pending || !begun) return;
    pending = true;
    after(20, write);
  };
  return {
    changed,
    /** Not before the boot's busy part is over. */
    begin() {
      begun = true;
      changed();
    },
  };
}

/** What early take-over could not do, one line each, written before the supervisor was there. */
export const earlyProblems = (): string[] =>
  (readText(problemsPath) ?? '').split('\n').filter((line) => line !== '');

/** Publishes what this boot has become and what is wrong; only where it has changed. */
export function createStatusWriter(): (status: BootStatus) => void {
  let written = '';
  return (status) => {
    const text = `${JSON.stringify(status)}\n`;
    if (text === written) return;
    written = text;
    replaceFile(statusPath, text);
  };
}

/** Left by the supervisor that has reported READY, so that one started again does not report it twice. */
const readyPath = '/run/diskbios/ready';
export const isReady = (): boolean => exists(readyPath);
export function markReady(line: string): void {
  replaceFile(readyPath, `${line}\n`);
}
