import {
  commandArguments,
  exists,
  exit,
  ownPid,
  pause,
  print,
  printError,
  readText,
  removeFile,
  uptime,
  writeFifo,
} from '../host.ts';
import {
  actions,
  controlPath,
  describe,
  type Reply,
  replyFolder,
  type SupervisorState,
  statePath,
} from '../lib/service-state.ts';

const usage = `Usage: service NAME start|stop|restart|status [--json]
       service --status-all [--json]

Controls the services that the PE keeps running.
Exit codes: 0 done or running, 1 it failed or is not running, 2 no such service or wrong usage.`;

const patience = 15_000; // milliseconds

function finish(reply: Reply, json: boolean): never {
  if (json) print(JSON.stringify(reply));
  else if (reply.code === 0) print(reply.message);
  else printError(`service: ${reply.message}`);
  return exit(reply.code);
}

function readState(): SupervisorState {
  const text = readText(statePath);
  if (text === undefined) {
    printError('service: the supervisor is not up yet');
    return exit(1);
  }
  return JSON.parse(text) as SupervisorState;
}

function showAll(json: boolean): never {
  const { services } = readState();
  if (json) print(JSON.stringify(services, undefined, 2));
  else {
    const signs = {
      running: '+',
      waiting: '!',
      stopping: '-',
      stopped: '-',
      finished: '-',
      failed: '!',
    } as const;
    for (const name of Object.keys(services).sort()) {
      const state = services[name];
      if (state !== undefined) print(` [ ${signs[state.phase]} ]  ${describe(name, state, uptime())}`);
    }
  }
  return exit(0);
}

function showOne(name: string, json: boolean): never {
  const state = readState().services[name];
  if (state === undefined) return finish({ code: 2, message: `there is no service ${name}` }, json);
  const code = state.phase === 'running' ? 0 : 1;
  print(json ? JSON.stringify({ name, ...state }) : describe(name, state, uptime()));
  return exit(code);
}

function ask(action: string, name: string, json: boolean): never {
  if (!exists(controlPath)) return finish({ code: 1, message: 'the supervisor is not up yet' }, json);
  const id = `service-${ownPid()}`;
  const path = `${replyFolder}/${id}`;
  removeFile(path);
  if (!writeFifo(controlPath, `${action} ${name} ${id}\n`)) {
    return finish({ code: 1, message: 'only root can control services' }, json);
  }
  for (let waited = 0; waited < patience; waited += 20) {
    const text = readText(path);
    if (text !== undefined) {
      removeFile(path);
      return finish(JSON.parse(text) as Reply, json);
    }
    pause(20);
  }
  return finish({ code: 1, message: `the supervisor does not answer within ${patience / 1000} s` }, json);
}

function main(): never {
  const args = commandArguments();
  const json = args.includes('--json');
  const words = args.filter((word) => word !== '--json');
  const [name = '', action = ''] = words;
  if (words.length === 1 && (name === '--help' || name === '-h')) {
    print(usage);
    return exit(0);
  }
  if (words.length === 1 && name === '--status-all') return showAll(json);
  if (words.length === 2 && /^[\w.@-]+$/.test(name)) {
    if (action === 'status') return showOne(name, json);
    if (actions.some((known) => known === action)) return ask(action, name, json);
  }
  printError(usage);
  return exit(2);
}

main();
