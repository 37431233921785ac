import { makeFolder, onReadable, openForReading, replaceFile, run } from '../host.ts';
import { lineSplitter } from '../lib/lines.ts';
import { controlPath, parseRequest, type Reply, replyFolder } from '../lib/service-state.ts';
import { log } from './log.ts';
import type { OwnNetworkKeeper } from './own-network.ts';
import type { Services } from './services.ts';
import type { Storage } from './storage.ts';
import type { Systems } from './systems.ts';

/** Takes requests through a FIFO that only root can write to, one per line. */
export async function openControl(
  services: Services,
  systems: Pick<Systems, 'handle'>,
  storage: Pick<Storage, 'rescan'>,
  network: Pick<OwnNetworkKeeper, 'apply'>,
): Promise<void> {
  makeFolder(replyFolder);
  await run(['/usr/bin/busybox', 'mkfifo', '-m', '600', controlPath]);
  const fd = openForReading(controlPath, true);
  if (fd < 0) {
    log(`cannot open ${controlPath}: services cannot be controlled`);
    return;
  }
  const handle = (line: string): void => {
    const request = parseRequest(line);
    if (request === undefined) {
      log(`control: '${line}' is not a request`);
      return;
    }
    const answer = (reply: Reply): void => {
      if (request.reply !== undefined)
        replaceFile(`${replyFolder}/${request.reply}`, `${JSON.stringify(reply)}\n`);
    };
    if ('name' in request && systems.handle(request.action, request.name, answer)) return;
    switch (request.action) {
      case 'start':
        answer(services.start(request.name));
        return;
      case 'stop':
        services.stop(request.name, answer);
        return;
      case 'restart':
        services.restart(request.name, answer);
        return;
      case 'rescan':
        storage.rescan(() => {
          answer({ code: 0, message: 'the disks were looked at' });
        });
        return;
      case 'network':
        network.apply(() => {
          answer({ code: 0, message: 'the network is set up' });
        });
        return;
      case 'shutdown':
        services.stopAll(() => {
          answer({ code: 0, message: 'every service is stopped' });
        });
    }
  };
  onReadable(fd, lineSplitter(handle));
}
