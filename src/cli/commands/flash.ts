import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InterruptedError } from '../../base/errors.ts';
import { formatBytes, formatDuration } from '../../base/sizes.ts';
import type { FlashFlags, FlashWish } from '../flash/flags.ts';
import type { FlashServices } from '../flash/services.ts';
import type { CliIo } from '../io.ts';
import { progressOptions, withProgressFlags } from '../options.ts';
import { addPersonalOptions } from '../personal/options.ts';

const examples = `
Without a device, the disks that can be written to are shown, and one is asked for. Never offered are the disk that this
system runs from and disks in use; built-in disks, and those that hold a part of a RAID, of LVM or something encrypted,
only when asked for. A device is overwritten from its start; its name is to be typed before.

Where a block map (.bmap) lies beside the image, only the blocks that it names are written. All is read back and compared.
The first MiB comes last, so that nothing starts from a device that is not finished. Personal settings, as of
\`diskbios personalize\`, are put onto the device afterwards; the image stays as it is.

Examples:
  $ diskbios flash out/mybox.img
  $ diskbios flash out/mybox.img /dev/sdb --test
  $ diskbios flash out/mybox.img.zst /dev/disk/by-id/usb-SanDisk_Ultra_4C530001-0:0 --yes 4C530001
  $ diskbios flash out/mybox.img disk.raw
  $ diskbios flash out/mybox.img /dev/sdb --hostname pe7 --ssh-key ~/.ssh/id_ed25519.pub
  $ diskbios flash --list
`;

/** `flash IMAGE [DEVICE]` */
export function register(program: Command, io: CliIo, services?: FlashServices): void {
  const command = program
    .command('flash')
    .description('write an image to a stick, a disk or a file, and check what was written')
    .argument('[image]', 'a disk image (.img) or an ISO, as it is or packed (.zst, .xz, .gz)')
    .argument('[device]', 'the disk, such as /dev/sdb, or a file (default: asks)')
    .option('--list', 'show the disks with what is on them, and why some are not offered')
    .option(
      '--yes <serial>',
      "do not ask; the device's serial number as --list shows it (of a file: its name)",
    )
    .option('--allow-fixed', 'also disks that are built in, and what is made of several')
    .option(
      '--allow-members',
      'also disks with a part of a RAID, of LVM or something encrypted that is not in use',
    )
    .option(
      '--sha256 <digits>',
      "what the image file's SHA-256 must be (default: as SHA256SUMS beside it says)",
    )
    .option('--no-bmap', 'write all of the image, also where a block map lies beside it')
    .option('--no-verify', 'do not read back what was written')
    .option(
      '--test [firmware]',
      'afterwards, start a virtual machine from it, which cannot change it: bios, uefi, both',
    )
    .option('--json', 'print what was done, or the list, as JSON');
  addPersonalOptions(command);
  command.addHelpText('after', examples);
  withProgressFlags(command).action((image: string | undefined, to: string | undefined, flags: FlashFlags) =>
    start(image, to, flags, io, services),
  );
}

async function start(
  image: string | undefined,
  to: string | undefined,
  flags: FlashFlags,
  io: CliIo,
  given: FlashServices | undefined,
): Promise<void> {
  const { flashWish } = await import('../flash/flags.ts');
  const { servicesOf } = await import('../flash/services.ts');
  const wish = flashWish(image, to, flags);
  const services = given ?? servicesOf(io);
  try {
    if (wish.list) await list(wish, services, io);
    else await write(wish, services, io, flags);
  } catch (error) {
    throw io.signal.aborted ? new InterruptedError() : error;
  }
}

async function list(wish: FlashWish, { devices }: FlashServices, io: CliIo): Promise<void> {
  const { candidates, listing } = await import('../flash/choose.ts');
  const { openSource } = await import('../../flash/source.ts');
  const options = { bmap: wish.bmap, sha256: undefined, signal: io.signal };
  const source =
    wish.image === undefined ? undefined : await openSource(resolve(io.cwd, wish.image), options);
  await source?.close();
  const all = candidates(devices(), { bytes: source?.bytes ?? 0, sector: source?.sector }, wish.allowed);
  if (wish.json) {
    const entries = all.map(({ device, refused }) => ({ ...device, refused }));
    io.out(`${JSON.stringify(entries, null, 2)}\n`);
  } else io.out(listing(all));
}

async function write(wish: FlashWish, services: FlashServices, io: CliIo, flags: FlashFlags): Promise<void> {
  const [{ choose }, { openSource }, { flashTo }, { showRate }, { settingsFor }] = await Promise.all([
    import('../flash/choose.ts'),
    import('../../flash/source.ts'),
    import('../flash/write.ts'),
    import('../flash/rate.ts'),
    import('../flash/personal.ts'),
  ]);
  const started = performance.now();
  const image = resolve(io.cwd, wish.image ?? '');
  const personal = await settingsFor(image, flags, io);
  const source = await openSource(image, { bmap: wish.bmap, sha256: wish.sha256, signal: io.signal });
  const progress = await showRate(io, progressOptions(flags));
  try {
    if (source.sector === undefined) {
      const message = `${image} has no partition table: firmware starts from it as a CD only, not as a stick`;
      progress.monitor({ type: 'warning', diagnostic: { code: 'cd-only', message } });
    }
    const to = await choose({
      wish,
      image,
      needs: { bytes: source.bytes, sector: source.sector },
      cwd: io.cwd,
      devices: services.devices(),
      ask: services.ask,
      tell: io.err,
    });
    const done = await flashTo(source, to, { wish, personal, services, io, monitor: progress.monitor });
    await progress.finish();
    const seconds = (performance.now() - started) / 1000;
    if (wish.json) {
      io.out(`${JSON.stringify({ image, ...done, imageBytes: source.bytes, seconds }, null, 2)}\n`);
      return;
    }
    const checked = done.verified === undefined ? 'not read back' : 'read back and the same';
    io.out(`${done.path}  ${formatBytes(done.bytes)} of ${formatBytes(source.bytes)} written, ${checked}\n`);
    io.err(`done in ${formatDuration(seconds * 1000)}\n`);
  } finally {
    await progress.finish();
    await source.close();
  }
}
