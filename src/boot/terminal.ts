import {
  type GuestEnd,
  type GuestRequest,
  guestEnd,
  type LaunchOptions,
  launch,
  withGuestFolder,
} from './launch.ts';
import type { QemuTools } from './tools.ts';

/**
 * Runs a guest with its serial console (or, with the display `curses`, its screen) in the person's terminal until it, or the
 * person, ends it. QEMU itself puts the terminal into raw mode and back.
 */
export function runInTerminal(
  tools: QemuTools,
  request: GuestRequest,
  options: LaunchOptions & { readonly keepLog?: string | undefined } = {},
): Promise<GuestEnd> {
  return withGuestFolder(async (folder) => {
    const serial =
      request.display === 'curses'
        ? ({ kind: 'file', path: options.keepLog ?? folder.serialLog } as const)
        : ({ kind: 'terminal', log: options.keepLog } as const);
    const launched = await launch(tools, request, { folder, serial, paused: false, terminal: true }, options);
    const stop = (): void => launched.process.kill('SIGTERM');
    options.signal?.addEventListener('abort', stop);
    try {
      return await guestEnd(launched);
    } finally {
      options.signal?.removeEventListener('abort', stop);
      launched.qmp.close();
    }
  });
}
