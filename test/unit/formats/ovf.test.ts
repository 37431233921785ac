import { expect, it } from 'vitest';
import { formatOvf, formatOvfManifest } from '../../../src/formats/ovf.ts';
import { findProgram, run } from '../../../src/sys/run.ts';

const ovf = formatOvf({
  name: `box's <own> & "more"`,
  version: '1.0',
  diskFile: 'box-disk1.vmdk',
  diskFileBytes: 12_345,
  diskBytes: 246_415_360,
  memory: 1_536 * 1024 ** 2 - 5,
  cpus: 2,
});
const xmllint = findProgram('xmllint');

/** The text at an XPath, names without their spaces. */
async function at(path: string): Promise<string> {
  const local = path.replace(/(^|\/)(@?)(\w+)/g, (_, slash: string, mark: string, name: string) =>
    mark === '@' ? `${slash}@*[local-name()='${name}']` : `${slash}*[local-name()='${name}']`,
  );
  const { stdout } = await run([xmllint ?? '', '--xpath', `string(${local})`, '-'], { stdin: ovf });
  return stdout.trim();
}

it.skipIf(xmllint === undefined)(
  'a virtual machine is told with all it has (needs libxml2-utils)',
  async () => {
    expect(await at('/Envelope/VirtualSystem/Name')).toBe(`box's <own> & "more"`);
    expect(await at('/Envelope/References/File/@href')).toBe('box-disk1.vmdk');
    expect(await at('/Envelope/DiskSection/Disk/@capacity')).toBe('246415360');
    const hardware = '/Envelope/VirtualSystem/VirtualHardwareSection';
    const item = (type: number, what: string) =>
      run(
        [
          xmllint ?? '',
          '--xpath',
          `string(//*[local-name()='Item'][*[local-name()='ResourceType']='${type}']/*[local-name()='${what}'])`,
          '-',
        ],
        {
          stdin: ovf,
        },
      ).then(({ stdout }) => stdout.trim());
    expect(await at(`${hardware}/System/VirtualSystemType`)).toBe('vmx-10');
    expect(await item(3, 'VirtualQuantity')).toBe('2');
    expect(await item(4, 'VirtualQuantity')).toBe('1536');
    expect(await item(17, 'HostResource')).toBe('ovf:/disk/disk1');
    expect(await item(17, 'Parent')).toBe(await item(20, 'InstanceID'));
    expect(await item(10, 'Connection')).toBe(await at('/Envelope/NetworkSection/Network/@name'));
  },
);

it('has a manifest as DSP0243 writes it', () => {
  expect(formatOvfManifest({ 'a.ovf': '00ff', 'b.vmdk': '11ee' })).toBe(
    'SHA256(a.ovf)= 00ff\nSHA256(b.vmdk)= 11ee\n',
  );
});
