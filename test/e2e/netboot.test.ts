import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { readyPattern } from '../../src/base/console-lines.ts';
import { netbootPaths } from '../../src/base/netboot.ts';
import { fileServer } from '../../src/serve/http.ts';
import { ensureServeTools } from '../../src/serve/tools.ts';
import { openStore } from '../../src/store/store.ts';
import { toolArgv } from '../../src/sys/tools.ts';
import { bootGuest } from '../helpers/boot.ts';
import { buildNetboot } from '../helpers/netboot.ts';
import { networksProblem, withServedNetwork } from '../helpers/served-network.ts';

const { tools } = inject('fixture');
const bootif = /BOOTIF=01-52-54-00-db-10-50/;
// Firmware says on its way to the network what otherwise means that it found nothing.
const reach = { within: 300_000, despite: ['no-boot-medium'] as const };
let folder: string;

beforeAll(async () => {
  folder = await buildNetboot(inject('fixture'));
});

test('a BIOS whose card has iPXE starts by HTTP, without any disk', async () => {
  const asked: string[] = [];
  const server = fileServer(folder, ({ whole = '' }) => asked.push(whole));
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  try {
    // QEMU's own network leads 10.0.2.2 to this machine.
    const file = `http://10.0.2.2:${port}/${netbootPaths.script}`;
    const guest = await bootGuest({
      ...{ tools, name: 'netboot-bios-http', firmware: 'bios' },
      networks: [{ kind: 'user', card: 'virtio', forwards: [], isolated: false, start: { folder, file } }],
    });
    await guest.waitFor(bootif, reach);
    const { groups } = await guest.waitFor(readyPattern, reach);
    expect(groups[0]).toContain('mode=live');
    expect(asked).toEqual(expect.arrayContaining(['boot.ipxe', 'boot/vmlinuz', 'boot/initrd.img']));
    expect(asked).not.toContain('undionly.kpxe');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

const problem = networksProblem();
describe.skipIf(problem !== undefined)(
  `served on a network${problem === undefined ? '' : ` (${problem})`}`,
  () => {
    let store: string;
    let dnsmasq: string[];

    beforeAll(async () => {
      // Not the store of the user who built: these files are root's.
      store = join(inject('fixture').dir, 'serve-store');
      const options = { env: process.env, signal: new AbortController().signal, monitor: () => undefined };
      dnsmasq = toolArgv(
        await ensureServeTools({ ...options, store: openStore(store) }),
        'usr/sbin/dnsmasq',
        [],
      );
    });

    test('UEFI by PXE beside a DHCP server that stays: iPXE by TFTP, the rest by HTTP', async () => {
      await withServedNetwork(
        { folder, store, dnsmasq, router: true },
        async ({ within, printed, interrupt }) => {
          const guest = await bootGuest({
            ...{ tools, name: 'netboot-uefi-pxe', firmware: 'uefi', within },
            networks: [{ kind: 'tap', name: 'tap0', card: 'virtio', start: true }],
          });
          await guest.waitFor(bootif, reach);
          await guest.waitFor(readyPattern, reach);
          expect(printed()).toMatch(/^52:54:00:db:10:50 {2}192\.168\.77\.5\d {2}TFTP {2}snponly\.efi$/m);
          expect(printed()).toMatch(/^52:54:00:db:10:50 .* HTTP {2}boot\/initrd\.img \(/m);
          expect(await interrupt()).toBe(130);
        },
      );
    });

    test('UEFI by HTTP boot, with addresses from serve: GRUB and the rest by HTTP', async () => {
      await withServedNetwork({ folder, store, dnsmasq, router: false }, async ({ within, printed }) => {
        const guest = await bootGuest({
          ...{ tools, name: 'netboot-uefi-http', firmware: 'uefi', httpBoot: true, within },
          networks: [{ kind: 'tap', name: 'tap0', card: 'virtio', start: true }],
        });
        await guest.waitFor(bootif, reach);
        await guest.waitFor(readyPattern, reach);
        expect(printed()).toMatch(/HTTP {2}bootx64\.efi \(/);
        expect(printed()).toMatch(/HTTP {2}boot\/initrd\.img \(/);
        expect(printed()).not.toContain('TFTP');
      });
    });
  },
);
