const prefix = 1; // Ctrl-A
const quit = [0x71, 0x51]; // q, Q

/** Looks for Ctrl-A q in what is typed, as lxc-console does: Ctrl-A Ctrl-A stands for one Ctrl-A. */
export function detachKeys(): (typed: Uint8Array) => { readonly send: number[]; readonly detach: boolean } {
  let begun = false;
  return (typed) => {
    const send: number[] = [];
    for (const byte of typed) {
      if (begun && quit.includes(byte)) return { send, detach: true };
      if (begun && byte !== prefix) send.push(prefix, byte);
      else if (begun || byte !== prefix) send.push(byte);
      begun = !begun && byte === prefix;
    }
    return { send, detach: false };
  };
}
