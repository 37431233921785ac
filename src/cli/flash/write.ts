import { FailedError } from '../../base/errors.ts';
import type { Monitor } from '../../base/events.ts';
import type { PersonalSettings } from '../../base/personal.ts';
import type { Destination } from '../../flash/destination.ts';
import { type FlashState, stateText } from '../../flash/errors.ts';
import { type Flashed, flash } from '../../flash/flash.ts';
import { type FileTarget, makeFile, openDevice, openExistingFile } from '../../flash/open-target.ts';
import { lengthOf } from '../../flash/ranges.ts';
import type { ImageSource } from '../../flash/source.ts';
import type { CliIo } from '../io.ts';
import type { FlashWish } from './flags.ts';
import { putSettings } from './personal.ts';
import type { FlashServices } from './services.ts';

interface Work {
  readonly wish: FlashWish;
  /** What the device is given beside the image. */
  readonly personal: PersonalSettings | undefined;
  readonly services: FlashServices;
  readonly io: CliIo;
  readonly monitor: Monitor;
}

export interface Done extends Flashed {
  readonly path: string;
  /** The personal settings that are on it, without secrets. */
  readonly personal: unknown;
}

/** Writes to a device or file that was agreed on, and says at any end what is on it now. */
export async function flashTo(source: ImageSource, to: Destination, work: Work): Promise<Done> {
  const { io, wish, services, monitor, personal } = work;
  const { signal } = io;
  const opened = await open(source, to, services);
  const { target } = opened;
  const at: { state: FlashState } = { state: 'untouched' };
  const interrupted = (): void => io.err(`\n${stateText(at.state, target)}\n`);
  signal.addEventListener('abort', interrupted, { once: true });
  try {
    const flashed = await flash(source, target, {
      ...{ signal, monitor, verify: wish.verify },
      onState: (next) => {
        at.state = next;
      },
    });
    if (flashed.verified === 'perhaps-memory') {
      const message = `what was read back from ${target.path} may have come from memory`;
      monitor({
        type: 'warning',
        diagnostic: {
          code: 'read-from-memory',
          message,
          hint: 'a medium that is pulled out and plugged in again is read for sure',
        },
      });
    }
    await opened.keep();
    const settings = personal === undefined ? undefined : await putSettings(target.path, personal, io);
    // Nobody can mount it as long as it is open.
    for (const firmware of wish.test) await services.bootTest(target.path, firmware);
    return { path: target.path, ...flashed, personal: settings };
  } catch (error) {
    throw signal.aborted || at.state === 'done' ? error : withState(error, stateText(at.state, target));
  } finally {
    signal.removeEventListener('abort', interrupted);
    await opened.close();
    if (to.kind === 'device') await services.reread(target.path);
  }
}

async function open(
  source: ImageSource,
  to: Destination,
  { byRoot, devices }: FlashServices,
): Promise<FileTarget> {
  if (to.kind === 'file')
    return to.isNew
      ? makeFile(to.path, source.bytes, lengthOf(source.ranges))
      : openExistingFile(to.path, source.bytes);
  const target = await openDevice(to.device, byRoot, devices);
  return { target, keep: () => Promise.resolve(), close: () => target.close() };
}

/** What failed, and what is on the device now. */
function withState(error: unknown, state: string): unknown {
  if (!(error instanceof FailedError)) return error;
  const { code, message, hint, cause } = error;
  return new FailedError(code, `${message}\n  ${state}`, { hint, cause });
}
