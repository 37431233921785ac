import { run } from '../host.ts';
import type { Consoles } from './consoles.ts';

/** `diskbios.debug`: the boot goes on when the person leaves the shell. */
export async function debugShell(consoles: Consoles): Promise<void> {
  consoles.say('diskbios.debug: a shell on the console; leave it with "exit" and the boot goes on');
  const busybox = '/usr/bin/busybox';
  await run([busybox, 'setsid', busybox, 'cttyhack', '/bin/sh', '-l'], { terminal: '/dev/console' });
}
