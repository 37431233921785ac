import { unreachable } from '../base/errors.ts';
import type { Firmware } from '../base/machine.ts';
import { option } from './drive-args.ts';
import type { GuestSpec, Network } from './spec.ts';

/**
 * A MAC address from the range QEMU uses for its own, distinct for each card of each guest.
 * @param guest number of the guest among those that can meet, from 0
 * @param card number of the card in its guest, from 0
 */
export function macAddress(guest: number, card: number): string {
  const last = [0x10 + guest, 0x50 + card].map((byte) => (byte % 256).toString(16).padStart(2, '0'));
  return `52:54:00:db:${last.join(':')}`;
}

/** QEMU's options for all network cards of a guest. */
export function networkArguments(
  networks: readonly Network[],
  { firmware, model }: Pick<GuestSpec, 'firmware' | 'model'>,
): string[] {
  return networks.flatMap((network, index) => {
    const driver = model === 'microvm' ? 'virtio-net-device' : drivers[network.card];
    const mac = network.mac ?? macAddress(0, index);
    // A card on USB has no ROM, nor has one without PCI.
    const start =
      network.card === 'usb' ? ['bus=usb.0'] : model === 'microvm' ? [] : startArguments(network, firmware);
    // The virtual functions that igb may have find no numbers on a bus that many others share.
    const port = `card${index}`;
    const own =
      network.card !== 'igb'
        ? []
        : ['-device', `pcie-root-port,id=${port},chassis=${100 + index},slot=${100 + index}`];
    if (own.length > 0) start.push(`bus=${port}`);
    const card = [`${driver},netdev=net${index},mac=${mac}`, ...start].join(',');
    return [...own, '-netdev', backend(network, index), '-device', card];
  });
}

/** QEMU's names for the cards. */
const drivers: Readonly<Record<Network['card'], string>> = {
  virtio: 'virtio-net-pci',
  e1000: 'e1000',
  e1000e: 'e1000e',
  igb: 'igb',
  rtl8139: 'rtl8139',
  vmxnet3: 'vmxnet3',
  usb: 'usb-net',
};

/** Without its ROM the BIOS does not wait for the network; UEFI has a driver of its own. */
function startArguments(network: Network, firmware: Firmware): string[] {
  const isStart = network.kind !== 'link' && network.start !== undefined && network.start !== false;
  return [...(isStart ? ['bootindex=0'] : []), ...(isStart && firmware === 'bios' ? [] : ['romfile='])];
}

function backend(network: Network, index: number): string {
  switch (network.kind) {
    case 'user':
      return [
        `user,id=net${index}`,
        ...(network.isolated ? ['restrict=on'] : []),
        ...(network.start === undefined
          ? []
          : [`tftp=${option(network.start.folder)}`, `bootfile=${option(network.start.file)}`]),
        ...network.forwards.map(({ host, guest }) => `hostfwd=tcp:127.0.0.1:${host}-:${guest}`),
      ].join(',');
    case 'link':
      return [
        `dgram,id=net${index}`,
        `local.type=unix,local.path=${option(network.local)}`,
        `remote.type=unix,remote.path=${option(network.remote)}`,
      ].join(',');
    case 'tap':
      return `tap,id=net${index},ifname=${option(network.name)},script=no,downscript=no`;
    default:
      return unreachable(network);
  }
}
