interface Child {
  kill(signal: 'SIGKILL'): void;
}

const running = new Set<Child>();

/** Remembers a process until it has ended. */
export function known<T extends Child & PromiseLike<unknown>>(child: T): T {
  const forget = (): void => void running.delete(child);
  running.add(child);
  child.then(forget, forget);
  return child;
}

/** Ends every process still running: the last act of a process that was interrupted. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
