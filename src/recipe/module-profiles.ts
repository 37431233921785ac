/**
 * Named sets of kernel modules. A pattern is a module name, or, with a `/` in it, a glob over paths below `kernel/`.
 * Kernels differ in what they have as modules, what built in and what not at all, so here, unlike in a recipe's
 * `include`, a pattern may match nothing.
 */
export interface ModuleProfile {
  readonly meaning: string;
  readonly patterns: readonly string[];
}

/** Reading any disk or medium at all. */
export const anyDisk = ['sd_mod', 'sr_mod', 'sg', 'cdrom', 'loop', 'dm-mod'];

/** What file systems ask for by alias, which no dependency names. */
export const fileSystemCrypto = [
  ...[
    'crc32c_generic',
    'crc32c_intel',
    'crc32_generic',
    'crc32_pclmul',
    'crct10dif_generic',
    'crct10dif_pclmul',
  ],
  ...['xxhash_generic', 'sha256_generic', 'sha256_ssse3'],
];

const blockBasics = [...anyDisk, ...fileSystemCrypto];

const fileSystems = [
  ...['ext4', 'btrfs', 'xfs', 'vfat', 'exfat', 'ntfs3', 'isofs', 'udf', 'fuse', 'autofs4', 'efivarfs'],
  ...['overlay', 'squashfs', 'erofs', 'quota_v2'],
  ...['nls_utf8', 'nls_ascii', 'nls_cp437', 'nls_cp850', 'nls_cp936', 'nls_iso8859-1'],
  ...['9p', '9pnet', '9pnet_fd', '9pnet_virtio', 'virtiofs'],
];

const networkFileSystems = ['nfs', 'nfsv3', 'nfsv4', 'cifs'];

export const virtio = [
  ...[
    'virtio_blk',
    'virtio_net',
    'virtio_scsi',
    'virtio_pci',
    'virtio_mmio',
    'virtio_console',
    'virtio_input',
  ],
  ...[
    'virtio_balloon',
    'virtio_mem',
    'virtio-rng',
    'virtio-gpu',
    'virtio_dma_buf',
    'vmw_vsock_virtio_transport',
  ],
];

export const screenAndKeyboard = [
  ...['evdev', 'mousedev', 'psmouse', 'atkbd', 'i8042', 'button'],
  ...['simpledrm', 'bochs', 'cirrus', 'qxl', 'ast', 'mgag200'],
];

export const usb = [
  ...['drivers/usb/host/*', 'usbcore', 'usb-storage', 'uas', 'usbhid', 'hid', 'hid-generic'],
  ...['hid-apple', 'hid-cherry', 'hid-logitech', 'hid-logitech-dj', 'hid-logitech-hidpp', 'hid-microsoft'],
];

/** Names of modules and globs that belong to the machine kinds below. */
const pcStorage = [
  ...['ahci', 'libahci', 'ata_piix', 'ata_generic', 'drivers/ata/pata_*', 'drivers/ata/sata_*'],
  ...['nvme', 'nvme-core', 'vmd'],
  ...[
    'mmc_block',
    'sdhci',
    'sdhci-pci',
    'sdhci-acpi',
    'cqhci',
    'rtsx_pci',
    'rtsx_pci_sdmmc',
    'rtsx_usb',
    'rtsx_usb_sdmmc',
  ],
  ...['mpt3sas', 'megaraid_sas', 'megaraid', 'mptspi', 'mptsas', 'hpsa', 'aacraid', 'smartpqi', 'sym53c8xx'],
];

const pcWired = [
  ...['drivers/net/ethernet/intel/**', 'drivers/net/ethernet/realtek/**', 'drivers/net/ethernet/broadcom/**'],
  ...[
    'drivers/net/ethernet/atheros/**',
    'drivers/net/ethernet/aquantia/**',
    'drivers/net/ethernet/marvell/**',
  ],
  ...['drivers/net/ethernet/amd/**', 'drivers/net/ethernet/nvidia/**', 'drivers/net/ethernet/via/**'],
  ...[
    'drivers/net/ethernet/stmicro/**',
    'mlx4_core',
    'mlx4_en',
    'mlx5_core',
    'sfc',
    'jme',
    '8390',
    'ne2k-pci',
  ],
  // Network cards ask for their PHY by alias.
  ...[
    'drivers/net/phy/*',
    'drivers/net/usb/{asix,ax88179_178a,cdc_ether,cdc_ncm,r8152,r8153_ecm,rndis_host,smsc95xx,usbnet}',
  ],
];

export const pcPlatform = [
  ...[
    'i6300esb',
    'iTCO_wdt',
    'sp5100_tco',
    'softdog',
    'i2c-i801',
    'coretemp',
    'k10temp',
    'thermal',
    'fan',
    'video',
  ],
  ...['tpm_tis', 'tpm_crb', 'ipmi_si', 'ipmi_devintf'],
];

const hypervisors = [
  ...[
    'hv_vmbus',
    'hv_storvsc',
    'hv_netvsc',
    'hv_utils',
    'hv_balloon',
    'hyperv_fb',
    'hyperv_drm',
    'hyperv-keyboard',
  ],
  ...[
    'hid-hyperv',
    'pci-hyperv',
    'mana',
    'xen-blkfront',
    'xen-netfront',
    'xen-scsifront',
    'xen-evtchn',
    'xenfs',
    'xen-privcmd',
  ],
  ...['vmxnet3', 'vmw_pvscsi', 'vmw_balloon', 'vmwgfx', 'vmw_vsock_vmci_transport', 'vboxguest', 'vboxvideo'],
  ...['ena', 'gve', 'idpf', 'ixgbevf', 'iavf', 'mlx4_en', 'mlx5_core', 'nvme', 'nvme-core'],
  ...[
    'e1000',
    'e1000e',
    '8139cp',
    '8139too',
    'pcnet32',
    'ahci',
    'ata_piix',
    'ata_generic',
    'mptspi',
    'BusLogic',
  ],
  ...['i6300esb', 'pvpanic-pci', 'qemu_fw_cfg', 'ptp_kvm'],
];

const containers = [
  ...[
    'overlay',
    'veth',
    'bridge',
    'br_netfilter',
    'llc',
    'stp',
    'tun',
    'tap',
    'macvlan',
    'macvtap',
    'ipvlan',
    'dummy',
  ],
  ...['8021q', 'vxlan', 'wireguard', 'vhost', 'vhost_net', 'vhost_vsock', 'vsock', 'vsock_loopback'],
  ...['kvm', 'kvm-intel', 'kvm-amd', 'irqbypass', 'nbd', 'dm-thin-pool', 'dm-snapshot', 'zram'],
  ...[
    'nfnetlink',
    'nf_tables',
    'nf_nat',
    'nf_conntrack',
    'nf_conntrack_netlink',
    'nft_*',
    'nf_defrag_*',
    'nf_reject_*',
  ],
  ...[
    'ip_tables',
    'ip6_tables',
    'iptable_filter',
    'iptable_nat',
    'iptable_mangle',
    'ip6table_filter',
    'ip6table_nat',
  ],
  ...[
    'x_tables',
    'xt_addrtype',
    'xt_comment',
    'xt_conntrack',
    'xt_mark',
    'xt_MASQUERADE',
    'xt_multiport',
    'xt_nat',
  ],
  ...[
    'xt_REDIRECT',
    'xt_tcpudp',
    'xt_CHECKSUM',
    'xt_state',
    'ipt_REJECT',
    'ip6t_REJECT',
    'sch_htb',
    'sch_fq_codel',
  ],
  ...['cls_cgroup', 'cls_u32', 'sch_ingress', 'sch_tbf', 'inet_diag', 'tcp_diag', 'unix_diag'],
];

const volumes = [
  ...['drivers/md/dm-*', 'md-mod', 'raid0', 'raid1', 'raid10', 'raid456', 'bcache'],
  // dm-crypt and cryptsetup ask for ciphers by their names; LUKS uses aes-xts.
  ...['xts', 'essiv', 'aesni_intel', 'algif_skcipher'],
];

/** The profiles by name; a recipe names them in `kernel.modules.profiles`. */
export const moduleProfiles: Readonly<Record<string, ModuleProfile>> = {
  virtual: {
    meaning:
      'virtual machines and cloud hosts: virtio, Hyper-V, Xen, VMware, VirtualBox, the clouds’ network cards, screen and keyboard',
    patterns: [...blockBasics, ...virtio, ...hypervisors, ...screenAndKeyboard],
  },
  pc: {
    meaning:
      'a PC, mini-ITX box or server: disks and their controllers, wired network cards, USB, screen, keyboard, sensors, watchdogs; virtio too',
    patterns: [
      ...blockBasics,
      ...pcStorage,
      ...pcWired,
      ...usb,
      ...screenAndKeyboard,
      ...pcPlatform,
      ...virtio,
    ],
  },
  usb: {
    meaning: 'USB controllers, sticks and disks, keyboards and mice',
    patterns: usb,
  },
  filesystems: {
    meaning: 'ext4, btrfs, xfs, FAT, exFAT, NTFS, CD, 9P and their character sets',
    patterns: [...blockBasics, ...fileSystems],
  },
  'network-filesystems': {
    meaning: 'NFS and SMB',
    patterns: networkFileSystems,
  },
  volumes: {
    meaning: 'device mapper (encryption, LVM), software RAID, bcache',
    patterns: volumes,
  },
  containers: {
    meaning: 'what systems need to run beside the PE: overlay, virtual networks, packet filter and NAT, KVM',
    patterns: containers,
  },
};
