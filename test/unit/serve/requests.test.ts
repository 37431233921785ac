import { expect, test } from 'vitest';
import { dnsmasqConfig } from '../../../src/serve/dnsmasq.ts';
import { socketsOn } from '../../../src/serve/port-owner.ts';
import { macOf, requestLine, requestOf } from '../../../src/serve/requests.ts';
import { gotAll } from '../../../src/serve/started.ts';

const card = '52:54:00:db:10:50';

test("what dnsmasq's lines say of machines", () => {
  const of = (line: string) => requestOf(line, '/srv/x');
  expect(of(`dnsmasq-dhcp[5]: PXE(br0) ${card} proxy`)).toMatchObject({ by: 'PXE', mac: card });
  expect(of(`dnsmasq-dhcp[5]: PXE(br0) 10.0.0.7 ${card} undionly.kpxe`)).toMatchObject({
    address: '10.0.0.7',
  });
  expect(of(`dnsmasq-dhcp[5]: DHCPACK(br0) 10.0.0.7 ${card} box`)).toMatchObject({
    ...{ by: 'DHCP', mac: card, address: '10.0.0.7', what: 'has the address 10.0.0.7' },
  });
  expect(of('dnsmasq-tftp[5]: sent /srv/x/boot/vmlinuz to 10.0.0.7')).toEqual({
    ...{ by: 'TFTP', address: '10.0.0.7', what: 'boot/vmlinuz', whole: 'boot/vmlinuz' },
  });
  expect(of('dnsmasq-tftp[5]: file /srv/x/a b not found for 10.0.0.7')?.what).toBe(
    'a b: there is no such file',
  );
  expect(of('dnsmasq-tftp[5]: failed sending /srv/x/core.0 to 10.0.0.7')?.what).toBe('core.0: broken off');
  expect(of('dnsmasq[5]: started, version 2.91 DNS disabled')).toBeUndefined();
  expect(requestLine({ mac: card, address: '10.0.0.7', by: 'HTTP', what: 'boot.ipxe (1.0 KiB)' })).toBe(
    `${card}  10.0.0.7  HTTP  boot.ipxe (1.0 KiB)`,
  );
});

test('the card of an address is the one that the kernel knows', () => {
  const arp = [
    'IP address       HW type     Flags       HW address            Mask     Device',
    `10.0.0.7         0x1         0x2         ${card}     *        br0`,
    '10.0.0.8         0x1         0x0         00:00:00:00:00:00     *        br0',
  ].join('\n');
  expect(macOf('10.0.0.7', arp)).toBe(card);
  expect(macOf('10.0.0.8', arp)).toBeUndefined();
  expect(macOf('10.0.0.9', arp)).toBeUndefined();
});

test('a machine has started when it has kernel and initrd, both of them itself', () => {
  const loaded = gotAll(['boot/vmlinuz', 'boot/initrd.img']);
  const got = (address: string, whole?: string): boolean => loaded({ by: 'HTTP', address, what: '', whole });
  expect(got('10.0.0.7', 'boot/vmlinuz')).toBe(false);
  expect(got('10.0.0.8', 'boot/initrd.img')).toBe(false);
  expect(got('10.0.0.7', 'boot.ipxe')).toBe(false);
  expect(got('10.0.0.7', undefined)).toBe(false);
  expect(got('10.0.0.7', 'boot/initrd.img')).toBe(true);
});

test('sockets that listen on a port', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7001 1 0 100 0 0 10 0',
    '   1: 0100007F:0050 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 7002 1 0 20 4 30 10 -1',
    '   2: 00000000:0051 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7003 1 0 100 0 0 10 0',
  ].join('\n');
  expect(socketsOn(80, table)).toEqual(['7001']);
});

const on = { name: 'eth1', address: '10.0.0.1', netmask: '255.255.255.0' };

test('beside a DHCP server no address is given out; without one they are, and no way out is told', () => {
  const proxy = dnsmasqConfig({ on, root: '/srv/x', httpPort: 80, range: undefined, state: '/tmp/s' });
  expect(proxy).toContain('dhcp-range=10.0.0.1,proxy,255.255.255.0\n');
  expect(proxy).toContain('pxe-service=tag:!ipxe,0,diskbios,undionly.kpxe\n');
  expect(proxy).toContain('dhcp-boot=tag:ipxe,http://10.0.0.1/boot.ipxe,,10.0.0.1\n');
  expect(proxy).not.toContain('dhcp-authoritative');
  const range = { first: '10.0.0.100', last: '10.0.0.199' };
  const own = dnsmasqConfig({ on, root: '/srv/x', httpPort: 8080, range, state: '/tmp/s' });
  expect(own).toContain('dhcp-range=10.0.0.100,10.0.0.199,255.255.255.0,1h\n');
  expect(own).toContain('dhcp-boot=tag:!ipxe,tag:http64,http://10.0.0.1:8080/bootx64.efi,,10.0.0.1\n');
  expect(own).toContain('dhcp-option=option:router\n');
  expect(own).not.toMatch(/proxy|pxe-service/);
});
