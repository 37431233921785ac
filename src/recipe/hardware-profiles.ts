import {
  anyDisk,
  fileSystemCrypto,
  moduleProfiles,
  pcPlatform,
  screenAndKeyboard,
  usb,
  virtio,
} from './module-profiles.ts';

/** Makers of processors that have microcode to load. */
export const microcodeVendors = ['intel', 'amd'] as const;
export type MicrocodeVendor = (typeof microcodeVendors)[number];

/** A kind of machine: what its devices may need, and the processors it may have. */
export interface HardwareProfile {
  readonly meaning: string;
  /** As in `kernel.modules.include`, but each may match nothing, since kernels differ. */
  readonly patterns: readonly string[];
  /** Debian's packages with firmware for these modules; one that a suite does not have is passed over. */
  readonly firmware: readonly string[];
  readonly microcode: readonly MicrocodeVendor[];
  /** Leaves out the microcode of Intel's processors that are in servers only, which is most of it. */
  readonly smallMicrocode: boolean;
}

/** Reading any disk or medium at all, and what any machine may have on its board. */
const board = [
  ...[...anyDisk, ...screenAndKeyboard, ...usb, ...pcPlatform, ...fileSystemCrypto],
  // Controllers of keyboards, touch pads and card readers that small boards and laptops wire to these.
  ...['intel-lpss-pci', 'intel-lpss-acpi', 'i2c-piix4', 'i2c-designware-platform', 'i2c-hid-acpi'],
];

/** What the PE wants of any machine, whatever hangs on it at the moment: sticks and keyboards come and go. */
export const anyMachine: readonly string[] = [
  ...['sd_mod', 'sr_mod', 'loop', 'dm-mod', 'evdev', 'button', 'usb-storage', 'uas', 'usbhid', 'hid-generic'],
  ...['efivarfs', 'softdog'],
];

const boardStorage = [
  ...['ahci', 'acard-ahci', 'ata_piix', 'ata_generic', 'pata_acpi', 'pata_via', 'sata_via', 'pata_amd'],
  ...['pata_atiixp', 'pata_jmicron', 'sata_nv', 'nvme', 'vmd'],
  ...['mmc_block', 'sdhci-pci', 'sdhci-acpi', 'rtsx_pci', 'rtsx_pci_sdmmc', 'rtsx_usb', 'rtsx_usb_sdmmc'],
  'drivers/usb/storage/*',
];

const boardWired = [
  ...[
    'e1000',
    'e1000e',
    'igb',
    'igc',
    'r8169',
    '8139too',
    '8139cp',
    'via-rhine',
    'via-velocity',
    'forcedeth',
  ],
  ...[
    'atl1',
    'atl1c',
    'atl1e',
    'alx',
    'skge',
    'sky2',
    'jme',
    'tg3',
    'bnx2',
    'atlantic',
    'dwmac-intel',
    'ixgbe',
  ],
  // Network cards ask for their PHY by alias.
  'drivers/net/phy/*',
  'drivers/net/usb/{aqc111,asix,ax88179_178a,cdc_ether,cdc_ncm,cdc_mbim,cdc_eem,lan78xx,r8152,r8153_ecm,rndis_host,smsc75xx,smsc95xx,usbnet}',
];

/** What PCs have had in their slots; the host bus adapters are those that were common, and those that machines of software show. */
const pcStorage = [
  ...[
    'drivers/ata/pata_*',
    'drivers/ata/sata_*',
    'pdc_adma',
    'drivers/mmc/host/*',
    'memstick',
    'mspro_block',
  ],
  ...['mpt3sas', 'mptspi', 'mptsas', 'megaraid_sas', 'megaraid_mbox', 'megaraid', 'sym53c8xx', 'am53c974'],
  ...[
    'aic7xxx',
    'aic79xx',
    'aacraid',
    'arcmsr',
    'hptiop',
    'mvsas',
    '3w-9xxx',
    '3w-sas',
    'vmw_pvscsi',
    'BusLogic',
  ],
  ...['firewire-ohci', 'firewire-sbp2', 'ums-*'],
];

const pcWired = [
  ...['drivers/net/ethernet/realtek/*', 'drivers/net/ethernet/atheros/**', 'drivers/net/ethernet/marvell/*'],
  ...[
    'e100',
    'i40e',
    'b44',
    'pcnet32',
    'amd-xgbe',
    'drivers/net/ethernet/via/*',
    'drivers/net/ethernet/stmicro/**',
  ],
  ...[
    'drivers/net/ethernet/dec/tulip/*',
    '3c59x',
    'typhoon',
    'ne2k-pci',
    'sis900',
    'sis190',
    'natsemi',
    'ns83820',
  ],
  ...['sundance', 'dl2k', 'tehuti', 'tn40xx', 'epic100', 'vmxnet3', 'drivers/net/usb/*'],
  ...['thunderbolt-net', 'thunderbolt'],
];

const serverStorage = [
  ...[
    'mpi3mr',
    'hpsa',
    'smartpqi',
    'ipr',
    'isci',
    'pm80xx',
    'esas2r',
    'mvumi',
    'stex',
    'ips',
    'myrb',
    'myrs',
  ],
  ...['qla2xxx', 'qla4xxx', 'lpfc', 'bfa', 'fnic', 'snic', 'csiostor', 'be2iscsi', 'ses', 'st', 'ch'],
  'drivers/scsi/device_handler/*',
];

const serverWired = [
  ...['drivers/net/ethernet/intel/**', 'drivers/net/ethernet/broadcom/**', 'drivers/net/ethernet/qlogic/**'],
  ...['drivers/net/ethernet/chelsio/**', 'drivers/net/ethernet/emulex/**', 'drivers/net/ethernet/cisco/**'],
  ...['drivers/net/ethernet/amd/**', 'drivers/net/ethernet/sfc/**', 'drivers/net/ethernet/brocade/**'],
  ...[
    'mlx4_core',
    'mlx4_en',
    'mlx5_core',
    'nfp',
    'myri10ge',
    'liquidio',
    'ionic',
    'hinic',
    'funeth',
    'bonding',
  ],
];

const serverPlatform = [
  ...[
    'drivers/char/ipmi/*',
    'drivers/edac/*',
    'acpi_power_meter',
    'ipmi_watchdog',
    'hpwdt',
    'wdat_wdt',
    'ioatdma',
  ],
];

const server = [...board, ...boardStorage, ...boardWired, ...pcStorage, ...virtio];

/** The profiles by name; a recipe names them in `hardware.profiles`. */
export const hardwareProfiles = {
  virtual: {
    meaning:
      'virtual machines and cloud hosts: virtio, Hyper-V, Xen, VMware, VirtualBox, the clouds’ network cards, screen and keyboard',
    patterns: moduleProfiles['virtual']?.patterns ?? [],
    firmware: [],
    microcode: [],
    smallMicrocode: true,
  },
  pc: {
    meaning:
      'any PC: disk controllers and wired network cards of boards and of slots, USB, FireWire, card readers, screen, keyboard, sensors, watchdogs; virtio too',
    patterns: [...board, ...boardStorage, ...boardWired, ...pcStorage, ...pcWired, ...virtio],
    firmware: [
      ...[
        'firmware-linux-free',
        'firmware-realtek',
        'firmware-misc-nonfree',
        'firmware-bnx2',
        'firmware-intel-misc',
      ],
      'firmware-ast',
    ],
    microcode: microcodeVendors,
    smallMicrocode: true,
  },
  'mini-itx': {
    meaning:
      'small boards: AHCI, NVMe, eMMC and SD, the network chips that are soldered to boards or hang on USB, USB, screen, keyboard, sensors, watchdogs; nothing that needs a slot, and virtio to try it out',
    patterns: [...board, ...boardStorage, ...boardWired, ...virtio],
    firmware: ['firmware-realtek', 'firmware-misc-nonfree', 'firmware-bnx2', 'firmware-ast'],
    microcode: microcodeVendors,
    smallMicrocode: true,
  },
  server: {
    meaning:
      'servers: as `pc`, with RAID and SAS controllers, Fibre Channel, iSCSI, the network cards of data centres, IPMI, memory errors; all microcode',
    patterns: [...server, ...pcWired, ...serverStorage, ...serverWired, ...serverPlatform],
    firmware: [
      ...[
        'firmware-linux-free',
        'firmware-realtek',
        'firmware-misc-nonfree',
        'firmware-bnx2',
        'firmware-bnx2x',
      ],
      ...['firmware-intel-misc', 'firmware-ast', 'firmware-qlogic', 'firmware-netxen', 'firmware-cavium'],
      ...['firmware-netronome', 'firmware-myricom'],
    ],
    microcode: microcodeVendors,
    smallMicrocode: false,
  },
} as const satisfies Readonly<Record<string, HardwareProfile>>;

export type HardwareProfileName = keyof typeof hardwareProfiles;

/** What several profiles ask for together. */
export function joinProfiles(names: readonly HardwareProfileName[]): Omit<HardwareProfile, 'meaning'> {
  const chosen = names.map((name): HardwareProfile => hardwareProfiles[name]);
  const all = <T>(of: (profile: HardwareProfile) => readonly T[]): T[] => [...new Set(chosen.flatMap(of))];
  return {
    patterns: all(({ patterns }) => patterns),
    firmware: all(({ firmware }) => firmware),
    microcode: all(({ microcode }) => microcode),
    smallMicrocode: chosen.every(({ smallMicrocode }) => smallMicrocode),
  };
}
