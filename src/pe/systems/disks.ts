import { mounts } from '../host/mount-table.ts';
import { exists, list, readText } from '../host.ts';
import type { Disk, DiskPart } from '../lib/systems/disks.ts';
import { superblockOf } from '../supervisor/block-devices.ts';

const blocks = '/sys/block';
const read = (path: string): string => (readText(path) ?? '').trim();

function users(name: string): string[] {
  const device = `/dev/${name}`;
  const swaps = (readText('/proc/swaps') ?? '').split('\n').some((line) => line.startsWith(`${device} `));
  return [
    ...mounts()
      .filter(({ what }) => what === device)
      .map(({ at }) => at),
    ...list(`/sys/class/block/${name}/holders`),
    ...(swaps ? ['swap'] : []),
  ];
}

async function part(name: string): Promise<DiskPart> {
  const device = `/dev/${name}`;
  return {
    device,
    size: Number(read(`/sys/class/block/${name}/size`)) * 512,
    superblock: await superblockOf(device),
    usedBy: users(name),
  };
}

/** All whole disks of the machine, with what is on them. */
export async function disks(): Promise<Disk[]> {
  const names = list(blocks).filter(
    (name) => !/^(loop|ram|zram|sr|fd|dm-|nbd|mtdblock)/.test(name) && read(`${blocks}/${name}/size`) !== '0',
  );
  return Promise.all(
    names.map(async (name): Promise<Disk> => {
      const folder = `${blocks}/${name}`;
      const partitions = list(folder).filter((below) => exists(`${folder}/${below}/partition`));
      const whole = await part(name);
      const parts = partitions.length === 0 ? [whole] : await Promise.all(partitions.map(part));
      // A hybrid boot medium has partitions, and its own file system over the whole of it; and a disk may be used as a whole.
      const telling =
        partitions.length > 0 && (whole.superblock?.type === 'iso9660' || whole.usedBy.length > 0);
      return {
        device: `/dev/${name}`,
        size: whole.size,
        sector: Number(read(`${folder}/queue/logical_block_size`)) || 512,
        model: [read(`${folder}/device/vendor`), read(`${folder}/device/model`)]
          .filter((word) => word !== '' && !/^0x/.test(word))
          .join(' '),
        serial: read(`${folder}/serial`) || read(`${folder}/device/serial`),
        removable: read(`${folder}/removable`) === '1',
        writeProtected: read(`${folder}/ro`) === '1',
        parts: telling ? [whole, ...parts] : parts,
      };
    }),
  );
}
