import { FailedError } from '../../base/errors.ts';
import type { GuestEnd } from '../../boot/launch.ts';
import { type Prepared, tolerated } from './prepared.ts';

/** Runs a guest whose console is this terminal or, elsewhere, is printed. */
export async function runConsole(prepared: Prepared): Promise<void> {
  const inTerminal = prepared.io.outIsTty && process.stdin.isTTY;
  const end = await (inTerminal ? runInThisTerminal(prepared) : runPrinted(prepared));
  if (end.how !== 'failed') return;
  throw new FailedError('qemu-failed', `QEMU ended with exit code ${end.exitCode ?? '?'}`, {
    hint: end.stderr === '' ? undefined : end.stderr.trim(),
  });
}

async function runInThisTerminal({ io, tools, request, options }: Prepared): Promise<GuestEnd> {
  if (request.display !== 'curses')
    io.err('this terminal becomes its serial console: Ctrl-A X ends it, Ctrl-A C is the monitor of QEMU\n');
  const { runInTerminal } = await import('../../boot/terminal.ts');
  return runInTerminal(tools, request, options);
}

async function runPrinted({ io, tools, request, options }: Prepared): Promise<GuestEnd> {
  const { withGuest } = await import('../../boot/guest.ts');
  return withGuest(tools, request, options, (guest) => {
    guest.serial.onText((_plain, raw) => io.out(raw));
    return guest.waitForPowerOff({ within: Infinity, silence: Infinity, despite: tolerated });
  });
}
