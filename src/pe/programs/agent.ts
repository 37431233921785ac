import { type AgentRequest, longestRequest } from '../../base/agent-protocol.ts';
import { createCommands } from '../agent/commands.ts';
import { loadPortDriver } from '../agent/drivers.ts';
import { openPort } from '../agent/port.ts';
import { keepReaping, ownPid, readText, surviveBrokenPipes } from '../host.ts';
import { lineCollector, outputLine, parseAgentRequest, replyLine } from '../lib/agent-wire.ts';

/** Bytes that wait for the port: above the first, commands are no longer read from, below the second they are again. */
const highWater = 256 * 1024;
const lowWater = 64 * 1024;

/**
 * Carries out commands for whoever holds the other end of the virtio-serial port, which is whoever runs this virtual
 * machine. Only in images built for test. Says nothing on any console, and without a port does nothing.
 */
function main(): void {
  surviveBrokenPipes();
  keepReaping();
  const boot = (readText('/proc/sys/kernel/random/boot_id') ?? '').trim();
  const pid = ownPid();
  let client = '';
  const session = (): string => `${boot}.${pid}.${client}`;

  const commands = createCommands({
    output(id, stream, bytes) {
      port.send(outputLine(id, stream, bytes));
      if (port.backlog() > highWater) commands.hold(true);
    },
    ended(id, { status, timedOut }) {
      port.send(replyLine({ type: 'exit', id, status, timedOut }));
    },
  });
  const hello = (): void => {
    port.send(replyLine({ type: 'hello', protocol: 1, boot, client, session: session() }));
  };
  /** Also where the one before left unnoticed. */
  const obey = (whom: string): void => {
    if (client === whom) return;
    client = whom;
    commands.abandon();
    port.clear();
    commands.hold(false);
  };
  const handle = (request: AgentRequest): void => {
    if (request.type === 'hello') {
      obey(request.client);
      hello();
    } else if (request.session !== session()) return;
    else if (request.type === 'run') commands.run(request);
    else commands.kill(request.id);
  };
  const port = openPort(
    {
      opened: hello,
      closed: () => {
        obey('');
      },
      received: lineCollector(longestRequest, (line) => {
        const request = parseAgentRequest(line);
        if (request !== undefined) handle(request);
      }),
      drained() {
        if (port.backlog() < lowWater) commands.hold(false);
      },
    },
    loadPortDriver,
  );
}

main();
