import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serveMirror } from './mirror.ts';
import { writeOciArchive } from './oci-archive.ts';
import { serveRegistry } from './registry.ts';
import type { Answer } from './systems.ts';

/** A running PE, and how it calls this machine. */
interface Pe {
  /** Folder of the test's own. */
  readonly dir: string;
  readonly run: (command: string) => Promise<Answer>;
  readonly sh: (command: string) => Promise<string>;
  readonly host: string;
}

/** Templates that come over the network, as tests of a PE that has no template yet. */
export function remoteTemplates({ dir, run, sh, host }: Pe): void {
  const left = (): Promise<string> =>
    sh('ls /hd/.templates; ls -A /hd/.pe/work /hd/.pe/journal | grep -v : || true');

  test('a registry gives an image, to whoever brings the token that it hands out', async () => {
    const archive = join(dir, 'registry', 'web.oci.tar');
    mkdirSync(join(dir, 'registry'));
    const layers = [
      { 'bin/serve': '#!/bin/sh\n', 'opt/old': '1' },
      { 'opt/.wh.old': '', 'opt/new': '2' },
    ];
    await writeOciArchive(archive, layers, { Entrypoint: ['/bin/serve'], Cmd: ['--all'] });
    const registry = await serveRegistry(join(`${archive}.d`, 'layout'));
    const at = `oci:http://${host}:${registry.port}/group`;
    try {
      await sh(`systemx template add ${at}/web:1.0 --as web@1`);
      expect(await sh('cd /hd/.templates/web@1 && find . -type f | sort')).toBe('./bin/serve\n./opt/new');
      const info = JSON.parse(await sh('systemx template info web --json')) as Record<string, unknown>;
      expect(info).toMatchObject({ init: ['/bin/serve', '--all'] });
      expect(registry.log[0]).toBe('GET /v2/group/web/manifests/1.0 401');
      expect(registry.log[2]).toBe('GET /v2/group/web/manifests/1.0 200');
      expect((await run(`systemx template add ${at}/none:1.0 --as none@1`)).status).toBe(1);
      expect(await left()).toBe('web@1\nweb@1.json');
    } finally {
      await registry.close();
    }
  });

  test('a suite of Debian is refused whose signature is not right, and nothing is left of it', async () => {
    const forged = (path: string): string =>
      /\/(InRelease|Release)$/.test(path) ? 'Origin: Debian\nSuite: trixie\n' : '';
    const mirror = await serveMirror('http://127.0.0.1', forged);
    try {
      const from = `--mirror http://${host}:${mirror.port}/debian`;
      const { status, stderr } = await run(`systemx template add debian:trixie ${from}`);
      expect(status).toBe(1);
      expect(stderr).toMatch(/signature|Invalid Release/i);
      expect(stderr).toContain('debootstrap failed');
      expect(await left()).toBe('web@1\nweb@1.json');
      expect(await sh('grep -c debootstrap /proc/mounts || true')).toBe('0');
    } finally {
      await mirror.close();
    }
  });
}
