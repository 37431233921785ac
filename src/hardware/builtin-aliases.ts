/**
 * What drivers are for that kernels have built in. A module says it in its file; of what is built in, kernels up to 6.12 keep no such
 * list. These are all of Debian's that have a device to themselves, and of kernels from source those that know their devices by kind
 * (`MODULE_DEVICE_TABLE` in the drivers' sources). Not here are drivers with lists of makers' numbers, such as those of network cards.
 */
const builtinAliases: Readonly<Record<string, readonly string[]>> = {
  virtio_pci: ['pci:v00001AF4d*sv*sd*bc*sc*i*'],
  virtio_console: ['virtio:d00000003v*'],
  virtiofs: ['virtio:d0000001Av*'],
  virtio_net: ['virtio:d00000001v*'],
  virtio_blk: ['virtio:d00000002v*'],
  virtio_rng: ['virtio:d00000004v*'],
  virtio_balloon: ['virtio:d00000005v*'],
  virtio_scsi: ['virtio:d00000008v*'],
  '9pnet_virtio': ['virtio:d00000009v*'],
  virtio_gpu: ['virtio:d00000010v*'],
  virtio_input: ['virtio:d00000012v*'],
  vmw_vsock_virtio_transport: ['virtio:d00000013v*'],
  '8250_pci': ['pci:v*d*sv*sd*bc07sc00i*', 'pci:v*d*sv*sd*bc07sc02i*', 'pci:v*d*sv*sd*bc07sc03i*'],
  ahci: ['pci:v*d*sv*sd*bc01sc06i01*'],
  ata_generic: ['pci:v*d*sv*sd*bc01sc01i*'],
  nvme: ['pci:v*d*sv*sd*bc01sc08i02*'],
  uhci_hcd: ['pci:v*d*sv*sd*bc0Csc03i00*'],
  ohci_pci: ['pci:v*d*sv*sd*bc0Csc03i10*'],
  ehci_pci: ['pci:v*d*sv*sd*bc0Csc03i20*'],
  xhci_pci: ['pci:v*d*sv*sd*bc0Csc03i30*'],
  sdhci_pci: ['pci:v*d*sv*sd*bc08sc05i*'],
  usb_storage: ['usb:v*p*d*dc*dsc*dp*ic08isc06ip50in*'],
  uas: ['usb:v*p*d*dc*dsc*dp*ic08isc06ip62in*'],
  usbhid: ['usb:v*p*d*dc*dsc*dp*ic03isc*ip*in*'],
  snd_hda_intel: ['pci:v*d*sv*sd*bc04sc03i00*'],
  xen_blkfront: ['xen:vbd'],
  xen_netfront: ['xen:vif'],
  xen_fbfront: ['xen:vfb'],
  xen_kbdfront: ['xen:vkbd'],
  hv_netvsc: ['vmbus:635161f83edfc546913ff2d2f965ed0e'],
  hv_storvsc: ['vmbus:d96361baa104294db60572e2ffb1dc7f'],
};

/** Pairs of a pattern and the name of the module, for what a kernel has built in. */
export function aliasesOfBuiltin(builtin: ReadonlySet<string>): [string, string][] {
  return Object.entries(builtinAliases)
    .filter(([name]) => builtin.has(name))
    .flatMap(([name, aliases]) => aliases.map((alias): [string, string] => [alias, name]));
}
