/** A virtual machine with one disk. */
export interface OvfMachine {
  readonly name: string;
  readonly version: string;
  /** File name of its disk, a stream-optimised VMDK, and the file's length in bytes. */
  readonly diskFile: string;
  readonly diskFileBytes: number;
  /** Bytes that the machine sees. */
  readonly diskBytes: number;
  /** Bytes. */
  readonly memory: number;
  readonly cpus: number;
}

function xml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '<': 'lt',
    '>': 'gt',
    '&': 'amp',
    '"': 'quot',
    "'": 'apos',
  };
  return text.replace(/[<>&"']/g, (letter) => `&${names[letter] ?? ''};`);
}

/** One piece of hardware; the order of its elements is that of the schema. */
interface Item {
  readonly parent?: number;
  readonly address?: number;
  readonly addressOnParent?: number;
  readonly units?: string;
  readonly description: string;
  readonly name: string;
  readonly connection?: string;
  readonly host?: string;
  readonly subtype?: string;
  /** DMTF's number (CIM_ResourceAllocationSettingData.ResourceType). */
  readonly type: number;
  readonly quantity?: number;
}

function item(id: number, what: Item): string {
  const elements: readonly [string, string | number | undefined][] = [
    ['Address', what.address],
    ['AddressOnParent', what.addressOnParent],
    ['AllocationUnits', what.units],
    ['AutomaticAllocation', what.connection === undefined ? undefined : 'true'],
    ['Connection', what.connection],
    ['Description', what.description],
    ['ElementName', what.name],
    ['HostResource', what.host],
    ['InstanceID', id],
    ['Parent', what.parent],
    ['ResourceSubType', what.subtype],
    ['ResourceType', what.type],
    ['VirtualQuantity', what.quantity],
  ];
  const lines = elements
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `        <rasd:${name}>${xml(String(value))}</rasd:${name}>`);
  return ['      <Item>', ...lines, '      </Item>'].join('\n');
}

/** Version of virtual hardware: VMware Workstation 10 and ESXi 5.5 were the first with SATA disks. */
const hardware = 'vmx-10';

/**
 * The description of a virtual machine as VirtualBox and VMware import it (OVF 1.0, DMTF DSP0243). SATA and E1000, since both
 * have them; the machine starts by BIOS, where nothing else is chosen.
 */
export function formatOvf(machine: OvfMachine): string {
  const { name, version, cpus } = machine;
  const memory = Math.ceil(machine.memory / 1024 ** 2);
  const items = [
    item(1, { description: 'Processors', name: `${cpus} virtual CPU`, type: 3, quantity: cpus }),
    item(2, {
      ...{ description: 'Memory', name: `${memory} MB of memory`, type: 4, quantity: memory },
      units: 'byte * 2^20',
    }),
    item(3, {
      address: 0,
      description: 'SATA controller',
      name: 'SATA controller',
      subtype: 'AHCI',
      type: 20,
    }),
    item(4, {
      ...{ parent: 3, addressOnParent: 0, description: 'Disk', name: 'Disk', type: 17 },
      host: 'ovf:/disk/disk1',
    }),
    item(5, {
      ...{ description: 'Network card', name: 'Network card', subtype: 'E1000', type: 10 },
      connection: 'NAT',
    }),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href="${xml(machine.diskFile)}" ovf:size="${machine.diskFileBytes}"/>
  </References>
  <DiskSection>
    <Info>The disks of the virtual machine</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="${machine.diskBytes}" ovf:capacityAllocationUnits="byte" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>The networks of the virtual machine</Info>
    <Network ovf:name="NAT">
      <Description>A network with DHCP</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="${xml(name)}">
    <Info>A virtual machine</Info>
    <Name>${xml(name)}</Name>
    <ProductSection>
      <Info>What it is</Info>
      <Product>${xml(name)}</Product>
      <Version>${xml(version)}</Version>
    </ProductSection>
    <OperatingSystemSection ovf:id="96">
      <Info>The operating system</Info>
      <Description>Debian GNU/Linux, 64 bits</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>What the virtual machine is made of</Info>
      <System>
        <vssd:ElementName>Virtual hardware</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>${xml(name)}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>${hardware}</vssd:VirtualSystemType>
      </System>
${items.join('\n')}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}

/** The manifest of an OVF package: the SHA-256 of each file, as hex digits by name (DSP0243 section 5.1). */
export function formatOvfManifest(sums: Readonly<Record<string, string>>): string {
  return Object.entries(sums)
    .map(([name, sum]) => `SHA256(${name})= ${sum}\n`)
    .join('');
}
