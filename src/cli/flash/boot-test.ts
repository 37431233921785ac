import { readyPattern } from '../../base/console-lines.ts';
import type { Firmware } from '../../base/machine.ts';
import { formatDuration } from '../../base/sizes.ts';
import type { CliIo } from '../io.ts';
import { tolerated } from '../run/prepared.ts';

/** What a boot to READY may take on an ordinary machine, in milliseconds. */
const readyMs = 180_000;

/**
 * Starts a virtual machine from the device, as a USB stick, until it is READY. The device is only read: what the machine
 * writes is thrown away. Throws `BootError` where it does not start.
 */
export async function bootTest(path: string, firmware: Firmware, io: CliIo, verbose: boolean): Promise<void> {
  const [{ builderServices }, { qemuFromTree }, { chooseAccelerator }, { withGuest }, { storeDir }] =
    await Promise.all([
      import('../run/services.ts'),
      import('../../boot/tools.ts'),
      import('../../boot/accel.ts'),
      import('../../boot/guest.ts'),
      import('../../store/paths.ts'),
    ]);
  const tools = qemuFromTree(await builderServices.ensureQemuTools(undefined, io, verbose));
  const { kind, cpu, patience } = await chooseAccelerator(tools, {
    cacheDir: storeDir(io.env),
    signal: io.signal,
  });
  const request = {
    firmware,
    accelerator: { kind, cpu },
    memory: 512 * 1024 ** 2,
    cpus: kind === 'tcg' ? 1 : 2,
    drives: [{ file: path, as: 'usb', format: 'raw', writes: 'discard' } as const],
    networks: [],
    display: 'none' as const,
    vncPort: undefined,
    uefiVars: undefined,
    kernel: undefined,
    usbInput: false,
    emptySlots: 0,
  };
  const started = performance.now();
  await withGuest(tools, request, { signal: io.signal, patience }, async (guest) => {
    await guest.waitFor(readyPattern, { within: readyMs, despite: tolerated });
    await guest.kill();
  });
  io.err(
    `${path} starts with ${firmware.toUpperCase()}: READY after ${formatDuration(performance.now() - started)}\n`,
  );
}
