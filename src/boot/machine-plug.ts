import { FailedError } from '../base/errors.ts';
import { blockNode, driveDevice } from './drive-args.ts';
import type { Qmp } from './qmp.ts';
import type { Drive } from './spec.ts';

/** Whether a drive can be put into and pulled out of a running machine. */
export function isPluggable(drive: Drive): boolean {
  return drive.as === 'usb' || drive.slot !== undefined;
}

/** A device of a running guest. */
export interface PluggedDrive {
  /** Its name for QEMU. */
  readonly device: string;
  /** The block node made for it, that goes with it; `undefined`: QEMU sees to that. */
  readonly node: string | undefined;
}

/** Puts a drive into a running guest. */
export async function plugIn(qmp: Qmp, drive: Drive, id: string): Promise<PluggedDrive> {
  const node = `plugged-${id}`;
  await qmp.execute('blockdev-add', {
    ...blockNode(drive),
    'node-name': node,
    'read-only': drive.writes === 'refuse',
    cache: { 'no-flush': drive.writes === 'keep-in-memory' },
  });
  const device = `device-${id}`;
  const errors =
    drive.fault === undefined || drive.as === 'nvme' ? {} : { rerror: 'report', werror: 'report' };
  try {
    await qmp.execute('device_add', {
      ...{ ...driveDevice(drive, id), ...errors, drive: node, id: device },
      bus: drive.as === 'usb' ? 'usb.0' : `slot${drive.slot ?? 0}`,
    });
  } catch (error) {
    await qmp.execute('blockdev-del', { 'node-name': node }).catch(() => undefined);
    throw error;
  }
  return { device, node };
}

/** How often a guest that does not react is asked again. */
const askAgainMs = 5000;

/**
 * Pulls a drive out of a running guest; throws `FailedError` where the guest does not let go of it.
 * @param within milliseconds that the guest may take
 */
export async function pullOut(
  qmp: Qmp,
  { device, node }: PluggedDrive,
  within: number,
  signal?: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const ask = (): void => {
      // A second request while the first is under way is refused.
      qmp.execute('device_del', { id: device }).catch(() => undefined);
    };
    const settle = (act: () => void): void => {
      clearInterval(again);
      clearTimeout(limit);
      stopListening();
      signal?.removeEventListener('abort', abort);
      act();
    };
    const abort = (): void => settle(() => reject(new Error('given up')));
    const stopListening = qmp.onEvent(({ event, data }) => {
      if (event === 'DEVICE_DELETED' && data['device'] === device) settle(resolve);
    });
    const again = setInterval(ask, askAgainMs);
    const limit = setTimeout(() => {
      const message = `the guest did not let go of the disk within ${(within / 1000).toFixed(0)} s`;
      settle(() => reject(new FailedError('unplug-refused', message)));
    }, within);
    signal?.addEventListener('abort', abort);
    ask();
  });
  if (node !== undefined) await qmp.execute('blockdev-del', { 'node-name': node });
}
