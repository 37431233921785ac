import { findProgram } from '../../sys/run.ts';
import type { Finding } from './types.ts';

/** The oldest Node that diskbios runs on. */
const oldestNode = [20, 19] as const;

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const wanted = oldestNode.join('.');
  return enough
    ? { name: 'Node', level: 'ok', text: `${version}; ${wanted} or newer is needed.` }
    : {
        name: 'Node',
        level: 'missing',
        text: `${version} is too old; ${wanted} or newer is needed.`,
        install: 'install Node 22 or newer from your distribution or from nodejs.org',
      };
}

/** How to look a program up; tests give their own. */
export type Find = (name: string) => string | undefined;

export function programFindings(find: Find = findProgram): Finding[] {
  const xz = find('xz');
  const apt = find('apt-get');
  const qemu = find('qemu-system-x86_64');
  return [
    xz === undefined
      ? {
          name: 'xz',
          level: 'missing',
          text: 'It is not there; Debian packages cannot be unpacked without it.',
          install: 'sudo apt-get install xz-utils',
        }
      : { name: 'xz', level: 'ok', text: `${xz} unpacks packages.` },
    apt === undefined
      ? {
          name: 'apt-get',
          level: 'warn',
          text: 'It is not there; recipes with a lock build all the same, but a lock is made on Debian or Ubuntu only.',
        }
      : {
          name: 'apt-get',
          level: 'ok',
          text: `${apt} chooses packages when a lock is made; builds do not need it.`,
        },
    {
      name: 'QEMU',
      level: 'ok',
      text:
        qemu === undefined
          ? 'Not installed, and not needed: diskbios downloads its own, pinned by the lock.'
          : `${qemu} is there, but not needed: diskbios downloads its own, pinned by the lock.`,
    },
  ];
}
