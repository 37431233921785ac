import { kill, list, onReadable, openForReading, readText } from '../host.ts';
import { hasPowerKey, powerPressed } from '../lib/input-event.ts';
import { log } from './log.ts';

const init = 1;
const powerOff = 12; // SIGUSR2: busybox init stops everything and switches off

/** Watches the power buttons and keys that are there now. To be called again when devices have come. */
export function createPowerButton(): () => void {
  const watched = new Set<string>();
  return () => {
    for (const name of list('/sys/class/input')) {
      if (!name.startsWith('event') || watched.has(name)) continue;
      if (!hasPowerKey(readText(`/sys/class/input/${name}/device/capabilities/key`) ?? '')) continue;
      const fd = openForReading(`/dev/input/${name}`);
      if (fd < 0) continue;
      watched.add(name);
      onReadable(fd, (bytes) => {
        if (bytes === undefined) watched.delete(name);
        else if (powerPressed(bytes)) {
          log('the power button was pressed: switching off');
          kill(init, powerOff);
        }
      });
    }
  };
}
