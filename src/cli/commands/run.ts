import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { FailedError, UserError } from '../../base/errors.ts';
import type { Monitor } from '../../base/events.ts';
import type { AcceleratorChoice } from '../../boot/accel.ts';
import type { GuestEnd, GuestRequest } from '../../boot/launch.ts';
import type { Accelerator } from '../../boot/spec.ts';
import type { QemuTools } from '../../boot/tools.ts';
import type { CliIo } from '../io.ts';
import { collect } from '../options.ts';
import type { RunFlags, RunWish } from '../run/flags.ts';
import type { RunServices } from '../run/services.ts';

const examples = `
In a terminal, the guest's serial console is the terminal: Ctrl-A X ends QEMU, Ctrl-A C switches to QEMU's monitor.
Elsewhere the console is printed, and the command ends when the guest switches itself off (exit code 0) or cannot boot (1).
The image itself is never written to; disks given with --disk are. BIOS is the default since it starts some 3 s sooner.

Examples:
  $ diskbios run out/diskbios.iso
  $ diskbios run out/diskbios.iso --firmware uefi --as usb --memory 1GiB
  $ diskbios run mybox.yaml --forward 2222:22 --disk data.qcow2:8GiB
  $ diskbios run out/diskbios.iso --display gtk
`;

/** `run IMAGE|RECIPE` */
export function register(program: Command, io: CliIo, services?: RunServices): void {
  program
    .command('run')
    .description('boot an image, or what a recipe builds, in QEMU')
    .argument('<image-or-recipe>', 'an ISO or disk image, or a recipe (.yaml), which is built first')
    .option('--firmware <kind>', 'bios or uefi', 'bios')
    .option('--as <kind>', 'how the image is attached: cd, usb, virtio, ahci, nvme (default: cd for an ISO)')
    .option('-m, --memory <size>', 'memory of the guest', '512MiB')
    .option('--cpus <n>', 'processors of the guest', '2')
    .option('--display <kind>', 'none, curses, vnc, gtk, sdl, cocoa', 'none')
    .option(
      '--forward <here:there>',
      'port of this machine that leads to one of the guest (repeatable)',
      collect,
      [],
    )
    .option('--disk <file[:size]>', 'attach a disk, made where it is not there (repeatable)', collect, [])
    .option('--network <kind>', 'user (NAT, needs no rights) or none', 'user')
    .option('--accel <kind>', 'auto (tries KVM on a tiny guest first), kvm, hvf, tcg', 'auto')
    .option('--qemu <which>', "pinned (the lock's) or host (this machine's; default with a window)")
    .option('--dry-run', "make everything ready, then print QEMU's command line instead of starting it")
    .option('-v, --verbose', "show QEMU's command line, to be pasted into a shell")
    .addHelpText('after', examples)
    .action((what: string, flags: RunFlags) => runImage(what, flags, io, services));
}

async function runImage(what: string, flags: RunFlags, io: CliIo, given?: RunServices): Promise<void> {
  const { runWish, summary, usualAttachment } = await import('../run/flags.ts');
  const { checkPorts, makeDisks } = await import('../run/resources.ts');
  const services = given ?? (await import('../run/services.ts')).builderServices;
  const monitor: Monitor = (event) => {
    if (event.type === 'command' && flags.verbose === true) io.err(`+ ${event.command}\n`);
  };

  const wish = runWish(flags, io.cwd);
  const recipe = ['.yaml', '.yml'].includes(extname(what)) ? what : undefined;
  if (!existsSync(resolve(io.cwd, what))) throw noSuchFile(what);
  await checkPorts(wish.forwards);
  const image =
    recipe === undefined
      ? resolve(io.cwd, what)
      : await services.buildIso(recipe, io, flags.verbose === true);
  const tools = await qemuFor(wish, () => services.ensureQemuTools(recipe, io, flags.verbose === true));
  for (const file of await makeDisks(wish.disks, tools, io.signal)) io.err(`made ${file}\n`);
  const accelerator = await acceleratorFor(wish, tools, io, monitor);
  const as = wish.as ?? usualAttachment(image);
  const request = await guestRequest(wish, { image, as, accelerator });
  if (flags.dryRun === true) {
    const { commandByHand } = await import('../../boot/launch.ts');
    io.out(`${commandByHand(tools, request)}\n`);
    return;
  }
  io.err(`starting ${summary(wish, image, as)}\n`);
  const end = await boot(tools, request, io, monitor);
  if (end.how === 'failed') {
    throw new FailedError('qemu-failed', `QEMU ended with exit code ${end.exitCode ?? '?'}`, {
      hint: end.stderr === '' ? undefined : end.stderr.trim(),
    });
  }
}

function noSuchFile(what: string): UserError {
  return new UserError({
    code: 'no-such-file',
    message: `${what}: there is no such image or recipe`,
    expected: 'an ISO or disk image, or a recipe (.yaml)',
    hint: 'diskbios build RECIPE makes an ISO in out/',
  });
}

async function qemuFor(wish: RunWish, pinned: () => Promise<string>): Promise<QemuTools> {
  const { qemuFromHost, qemuFromTree } = await import('../../boot/tools.ts');
  return wish.qemu === 'host' ? qemuFromHost() : qemuFromTree(await pinned());
}

async function acceleratorFor(
  wish: RunWish,
  tools: QemuTools,
  io: CliIo,
  monitor: Monitor,
): Promise<Accelerator | AcceleratorChoice> {
  const { chooseAccelerator, namedAccelerator } = await import('../../boot/accel.ts');
  if (wish.accel !== 'auto') return namedAccelerator(wish.accel);
  const { storeDir } = await import('../../store/paths.ts');
  const chosen = await chooseAccelerator(tools, { cacheDir: storeDir(io.env), signal: io.signal, monitor });
  io.err(`${tools.name} with ${chosen.kind.toUpperCase()} (${chosen.reason})\n`);
  return chosen;
}

async function guestRequest(
  wish: RunWish,
  {
    image,
    as,
    accelerator,
  }: { image: string; as: GuestRequest['drives'][number]['as']; accelerator: Accelerator },
): Promise<GuestRequest> {
  const { imageFormat } = await import('../run/flags.ts');
  const writes = as === 'cd' ? 'refuse' : 'discard';
  return {
    firmware: wish.firmware,
    accelerator: { kind: accelerator.kind, cpu: accelerator.cpu },
    memory: wish.memory,
    cpus: wish.cpus,
    drives: [
      { file: image, as, format: imageFormat(image), writes },
      ...wish.disks.map(({ file, format }) => ({ file, as: 'virtio', format, writes: 'keep' }) as const),
    ],
    networks:
      wish.network === 'none'
        ? []
        : [{ kind: 'user', card: 'virtio', forwards: wish.forwards, isolated: false }],
    display: wish.display,
    uefiVars: undefined,
    kernel: undefined,
    usbInput: !['none', 'curses'].includes(wish.display),
    emptySlots: 0,
  };
}

async function boot(tools: QemuTools, request: GuestRequest, io: CliIo, monitor: Monitor): Promise<GuestEnd> {
  const options = { signal: io.signal, monitor };
  if (io.outIsTty && process.stdin.isTTY) {
    if (request.display !== 'curses')
      io.err('this terminal becomes its serial console: Ctrl-A X ends it, Ctrl-A C is the monitor of QEMU\n');
    const { runInTerminal } = await import('../../boot/terminal.ts');
    return runInTerminal(tools, request, options);
  }
  const { withGuest } = await import('../../boot/guest.ts');
  return withGuest(tools, request, options, async (guest) => {
    guest.serial.onText((_plain, raw) => io.out(raw));
    return guest.waitForPowerOff({ within: Infinity, silence: Infinity, despite: ['reboot-loop'] });
  });
}
