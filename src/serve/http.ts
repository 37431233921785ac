import { realpathSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isAbsolute, relative, sep } from 'node:path';
import send from 'send';
import { formatBytes } from '../base/sizes.ts';
import type { Request } from './requests.ts';

/** A server of the files below a folder, for GET and HEAD only; links that lead out of it are not followed. It does not listen yet. */
export function fileServer(root: string, heard: (request: Request) => void): Server {
  const home = realpathSync(root);
  return createServer((request, response) => {
    answer(request, response, home, heard);
  });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  home: string,
  heard: (request: Request) => void,
): void {
  const { method = '', url = '' } = request;
  const from = request.socket.remoteAddress?.replace(/^::ffff:/, '');
  const tell = (what: string, whole?: string): void => heard({ by: 'HTTP', address: from, what, whole });
  const refuse = (status: number, what: string): void => {
    response.writeHead(status, status === 405 ? { Allow: 'GET, HEAD' } : {}).end();
    tell(what);
  };
  if (method !== 'GET' && method !== 'HEAD') {
    refuse(405, `${method} is refused`);
    return;
  }
  const path = plainPath(url);
  if (path === undefined) {
    refuse(400, 'an address that is none');
    return;
  }
  const name = path.replace(/^\/+/, '');
  if (!isBelow(home, name)) {
    refuse(404, `${name}: there is no such file`);
    return;
  }
  response.on('close', () => {
    if (method === 'HEAD' || response.statusCode >= 300) return;
    const length = formatBytes(Number(response.getHeader('Content-Length') ?? 0));
    if (!response.writableFinished) tell(`${name}: broken off`);
    else if (response.statusCode === 206) tell(`${name} (${length} of it)`);
    else tell(`${name} (${length})`, name);
  });
  send(request, encodeURI(path), { root: home, index: false, dotfiles: 'ignore', cacheControl: false })
    .on('error', ({ status }: { status: number }) => refuse(status, `${name}: there is no such file`))
    .on('directory', () => refuse(404, `${name}: there is no such file`))
    .pipe(response);
}

/** The path of an address, without what follows `?`; `undefined` where it is none. */
function plainPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    return path.startsWith('/') && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what is there under this name, with all links followed, is in the folder. */
function isBelow(home: string, name: string): boolean {
  try {
    const path = relative(home, realpathSync(`${home}/${name}`));
    return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  } catch {
    return false;
  }
}
