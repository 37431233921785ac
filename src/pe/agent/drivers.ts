import { exists, list, run } from '../host.ts';

/** Beside the agent, from its own layer: the recipe may have left them out. Their names begin with their place in order. */
const folder = '/usr/lib/diskbios/agent/modules';
const loaded = '/sys/module/virtio_console';

/** Loads the driver of virtio-serial ports, where it is a module and not there yet. */
export async function loadPortDriver(): Promise<void> {
  if (exists(loaded)) return;
  for (const name of list(folder)) await run(['/usr/bin/busybox', 'insmod', `${folder}/${name}`]);
}
