const eventSize = 24; // struct input_event of 64-bit Linux: 16 bytes of time, type, code, value
const keyEvent = 1;
const powerKey = 116; // KEY_POWER

/** Whether records read from /dev/input/event* hold a press of a power button. */
export function powerPressed(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + eventSize <= bytes.length; at += eventSize) {
    if (view.getUint16(at + 16, true) !== keyEvent || view.getUint16(at + 18, true) !== powerKey) continue;
    if (view.getInt32(at + 20, true) === 1) return true;
  }
  return false;
}

/** Whether a device's `capabilities/key` (hexadecimal words of 64 bits, the highest first) has the power key. */
export function hasPowerKey(capabilities: string): boolean {
  const word = capabilities.trim().split(/\s+/).reverse()[Math.floor(powerKey / 64)];
  return word !== undefined && word !== '' && ((BigInt(`0x${word}`) >> BigInt(powerKey % 64)) & 1n) === 1n;
}
