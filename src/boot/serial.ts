import { StringDecoder } from 'node:string_decoder';
import type { FifoPair } from './fifo-pair.ts';
import { type TerminalScreen, terminalScreen } from './terminal-screen.ts';
import { plainTexter } from './terminal-text.ts';

/** A guest's serial line. */
export interface SerialLine {
  /** All it has said, without terminal control sequences. */
  text(): string;
  /** What a terminal on it shows since the machine was last started. */
  readonly screen: TerminalScreen;
  /** Types into it. */
  send(text: string): void;
  /** When it last said something, by `performance.now()`. */
  lastHeard(): number;
  /** Calls back whenever it says something; returns how to stop that. */
  onText(listener: (plain: string, raw: string) => void): () => void;
}

/** Listens to and speaks on the pipes that QEMU connects to the guest's serial port. */
export function serialLine({ hear, say }: FifoPair): SerialLine {
  const decoder = new StringDecoder('utf8');
  const plainText = plainTexter();
  const screen = terminalScreen();
  const listeners = new Set<(plain: string, raw: string) => void>();
  let text = '';
  let heard = performance.now();

  hear.on('data', (bytes: Buffer) => {
    const raw = decoder.write(bytes);
    const plain = plainText(raw);
    text += plain;
    screen.write(raw);
    heard = performance.now();
    for (const listener of [...listeners]) listener(plain, raw);
  });

  return {
    text: () => text,
    screen,
    send: (typed) => void say.write(typed),
    lastHeard: () => heard,
    onText: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
