import { agentPort } from '../../base/agent-protocol.ts';
import {
  after,
  closeFd,
  list,
  openDevice,
  readNow,
  readText,
  whenReadable,
  whenWritable,
  writeNow,
} from '../host.ts';
import { createSendQueue } from '../lib/send-queue.ts';

const ports = '/sys/class/virtio-ports';
const firstLook = 50; // milliseconds
const rarestLook = 2000;
/** While nobody is connected on the host's side, the port counts as readable all the time: it is asked now and then. */
const askAgain = 100;
const bufferSize = 32 * 1024;

export interface PortEvents {
  /** Somebody on the host's side is connected. */
  readonly opened: () => void;
  /** Nobody is any more. What was not sent yet is forgotten. */
  readonly closed: () => void;
  readonly received: (bytes: Uint8Array) => void;
  /** The backlog has become smaller. */
  readonly drained: () => void;
}

export interface Port {
  /** Sends as soon as the port takes it. Nothing is sent while nobody is connected. */
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Bytes that wait to be sent. */
  readonly backlog: () => number;
  /** Forgets what waits to be sent, perhaps in the middle of a line. */
  readonly clear: () => void;
}

function device(): string | undefined {
  const found = list(ports).find((name) => readText(`${ports}/${name}/name`)?.trim() === agentPort);
  return found === undefined ? undefined : `/dev/${found}`;
}

/** Keeps the agent's port open, whenever it comes. `prepare` is called before each look for it until it is there. */
export function openPort(events: PortEvents, prepare: () => Promise<void>): Port {
  const buffer = new ArrayBuffer(bufferSize);
  const queue = createSendQueue();
  let fd = -1;
  let connected = false;

  function setConnected(now: boolean): void {
    if (connected === now) return;
    connected = now;
    if (now) events.opened();
    else {
      queue.clear();
      events.closed();
    }
  }

  function gone(): void {
    whenReadable(fd, undefined);
    whenWritable(fd, undefined);
    closeFd(fd);
    fd = -1;
    setConnected(false);
    after(firstLook, () => {
      look(firstLook);
    });
  }

  function flush(): void {
    const left = queue.flush((bytes, from) => writeNow(fd, bytes, from));
    whenWritable(fd, left ? flush : undefined);
    events.drained();
  }

  function read(): void {
    const got = readNow(fd, buffer);
    if (got === 'failed') {
      gone();
      return;
    }
    if (got === 0) {
      whenReadable(fd, undefined);
      whenWritable(fd, undefined);
      setConnected(false);
      after(askAgain, read);
      return;
    }
    if (!connected) {
      whenReadable(fd, read);
      setConnected(true);
    }
    if (got !== 'later') events.received(new Uint8Array(buffer, 0, got));
  }

  function look(wait: number): void {
    void prepare().then(() => {
      const path = device();
      if (path !== undefined) fd = openDevice(path);
      if (fd >= 0) read();
      else {
        after(wait, () => {
          look(Math.min(wait * 2, rarestLook));
        });
      }
    });
  }
  look(firstLook);

  return {
    send(bytes) {
      if (!connected) return;
      const idle = queue.size() === 0;
      queue.push(bytes);
      if (idle) flush();
    },
    backlog: queue.size,
    clear: queue.clear,
  };
}
