import { after, readText, writeText } from '../host.ts';

/** Lowest level of the kernel's messages that still comes out: emergencies (`console_loglevel`, proc_sys_kernel(5)). */
const emergencies = '1';
/** A line of 200 characters at 38 400 baud has left the serial port by then. */
const lineLeavesMs = 60;
const printk = '/proc/sys/kernel/printk';

/**
 * Keeps the kernel off the consoles for the moment that a line of ours needs: it writes its messages into the middle of
 * what is still in the serial port's buffer, and who waits for the line does not know it then. They are in the kernel's
 * log all the same, and a panic is shown.
 */
export function consoleHush(): () => void {
  let level: string | undefined;
  let cancel: (() => void) | undefined;
  const end = (): void => {
    // Somebody else may have set a level meanwhile; the kernel does when it meets a fault.
    if (level !== undefined && current() === emergencies) writeText(printk, level);
    level = undefined;
    cancel = undefined;
  };
  return () => {
    if (cancel === undefined) {
      level = current();
      writeText(printk, emergencies);
    } else {
      cancel();
    }
    cancel = after(lineLeavesMs, end);
  };
}

function current(): string | undefined {
  return readText(printk)?.trim().split(/\s+/)[0];
}
