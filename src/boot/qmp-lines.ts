/** One message from QEMU's machine protocol (docs/interop/qmp-spec of QEMU). */
export type QmpMessage =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'return'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly text: string }
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly time: number;
    };

/** Cuts a stream of text into QMP messages, one a line, however the pieces arrive. Lines that are no message are dropped. */
export function qmpLines(receive: (message: QmpMessage) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = line.trim() === '' ? undefined : parseQmp(line);
      if (message !== undefined) receive(message);
    }
  };
}

interface Wire {
  readonly QMP?: unknown;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly timestamp?: { readonly seconds: number; readonly microseconds: number };
}

/** One line as a message; `undefined` where it is none. */
export function parseQmp(line: string): QmpMessage | undefined {
  let wire: Wire;
  try {
    wire = JSON.parse(line) as Wire;
  } catch {
    return undefined;
  }
  if (wire.QMP !== undefined) return { kind: 'greeting' };
  if (wire.event !== undefined) {
    const { seconds, microseconds } = wire.timestamp ?? { seconds: 0, microseconds: 0 };
    return { kind: 'event', event: wire.event, data: wire.data ?? {}, time: seconds + microseconds / 1e6 };
  }
  if (wire.error !== undefined) {
    return { kind: 'error', id: wire.id ?? -1, text: wire.error.desc ?? 'no reason given' };
  }
  if ('return' in wire) return { kind: 'return', id: wire.id ?? -1, value: wire.return };
  return undefined;
}
