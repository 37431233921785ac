/** PCI's classes (pci.ids, “C” lines), by class and, where that says more, subclass. */
const pciClasses: Readonly<Record<string, string>> = {
  '00': 'an old device',
  '01': 'a disk controller',
  '0100': 'a SCSI controller',
  '0101': 'an IDE controller',
  '0104': 'a RAID controller',
  '0106': 'a SATA controller',
  '0107': 'a SAS controller',
  '0108': 'an NVMe disk',
  '02': 'a network card',
  '0200': 'a wired network card',
  '0280': 'a wireless network card',
  '03': 'a graphics card',
  '04': 'a multimedia device',
  '0401': 'a sound card',
  '0403': 'a sound card',
  '07': 'a communication device',
  '0700': 'a serial port',
  '0703': 'a modem',
  '0805': 'an SD card reader',
  '09': 'an input device',
  '0b': 'a processor',
  '0c00': 'a FireWire controller',
  '0c03': 'a USB controller',
  '0c04': 'a Fibre Channel controller',
  '0c05': 'an SMBus controller',
  '0c06': 'an InfiniBand card',
  '0c07': 'a management controller',
  '0d': 'a wireless device',
  '0d11': 'a Bluetooth device',
  '0d80': 'a wireless device',
  '10': 'an encryption device',
  '11': 'a signal processing device',
  '12': 'an accelerator',
};

/** Parts of the board itself, which work without a driver of their own: memory, bridges, timers. */
const pciSilent = /^(05|06|08(?!05)|0a)/;

/** Its one device on PCI stands for Xen itself, whose devices have names of their own. */
const xen = '5853';

/** USB's classes of interfaces (usb.org, “Defined Class Codes”). */
const usbClasses: Readonly<Record<string, string>> = {
  '01': 'a USB sound device',
  '02': 'a USB modem or network card',
  '03': 'a USB keyboard, mouse or the like',
  '06': 'a camera',
  '07': 'a printer',
  '08': 'a USB disk',
  '0a': 'a USB modem or network card',
  '0b': 'a smart card reader',
  '0e': 'a camera',
  e0: 'a Bluetooth or wireless device on USB',
};

/** Virtio’s devices (Virtual I/O Device specification 1.2, chapter 5). */
const virtioDevices: Readonly<Record<number, string>> = {
  1: 'a virtio network card',
  2: 'a virtio disk',
  3: 'a virtio console',
  4: 'a virtio random number generator',
  5: 'a virtio memory balloon',
  8: 'a virtio SCSI controller',
  9: 'a virtio 9P folder',
  16: 'a virtio graphics card',
  18: 'a virtio input device',
  19: 'a virtio socket',
  26: 'a virtio shared folder',
};

/**
 * What a device is, in words, by its modalias; `undefined` for what needs no driver, or whose lack nobody would notice: parts of the
 * board, and buses whose devices are described elsewhere.
 */
export function deviceWords(modalias: string): string | undefined {
  const pci = /^pci:v0000([0-9A-F]{4})d0000([0-9A-F]{4}).*bc([0-9A-F]{2})sc([0-9A-F]{2})/.exec(modalias);
  if (pci !== null) {
    const [, vendor = '', device = '', base = '', sub = ''] = pci.map((part) => part.toLowerCase());
    if (pciSilent.test(base + sub) || vendor === xen) return undefined;
    const words = pciClasses[base + sub] ?? pciClasses[base] ?? 'a device';
    return `${words} (PCI ${vendor}:${device})`;
  }
  const usb = /^usb:v([0-9A-F]{4})p([0-9A-F]{4}).*ic([0-9A-F]{2})/.exec(modalias);
  if (usb !== null) {
    const [, vendor = '', product = '', kind = ''] = usb.map((part) => part.toLowerCase());
    if (kind === '09') return undefined;
    return `${usbClasses[kind] ?? 'a USB device'} (USB ${vendor}:${product})`;
  }
  const virtio = /^virtio:d([0-9A-F]{8})/.exec(modalias);
  if (virtio !== null) {
    const number = Number.parseInt(virtio[1] ?? '', 16);
    return virtioDevices[number] ?? `a virtio device (${number})`;
  }
  if (modalias === 'mmc:block') return 'an SD card or eMMC';
  if (modalias.startsWith('sdio:')) return 'a device in an SD slot';
  if (modalias.startsWith('vmbus:')) return 'a device of Hyper-V';
  if (modalias.startsWith('xen:')) return `a device of Xen (${modalias.slice(4)})`;
  return undefined;
}
