import { existsSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../base/errors.ts';
import type { Monitor } from '../../base/events.ts';
import type { AcceleratorChoice } from '../../boot/accel.ts';
import type { Accelerator } from '../../boot/spec.ts';
import type { QemuTools } from '../../boot/tools.ts';
import type { CliIo } from '../io.ts';
import { collect } from '../options.ts';
import type { RunFlags, RunWish } from '../run/flags.ts';
import type { Prepared } from '../run/prepared.ts';
import type { RunServices } from '../run/services.ts';

const examples = `
In a terminal, the guest's serial console is the terminal: Ctrl-A X ends QEMU, Ctrl-A C switches to QEMU's monitor.
Elsewhere the console is printed, and the command ends when the guest switches itself off (exit code 0) or cannot boot (1).
The image itself, or the folder, is never written to; disks given with --disk are, but for --snapshot. BIOS is the default since it starts
some 3 s sooner.

With --ssh, your own SSH client and keys are used. An image that knows none of them but shows a one-time password is given a
key made for this session. The guest is switched off when the session ends; the exit code is that of the session.

Examples:
  $ diskbios run out/diskbios.iso
  $ diskbios run out/diskbios.iso --firmware uefi --as usb --memory 1GiB
  $ diskbios run mybox.yaml --forward 2222:22 --disk data.qcow2:8GiB
  $ diskbios run mybox.yaml --ssh
  $ diskbios run mybox.yaml --ssh -- uname -r
  $ diskbios run out/diskbios.iso --secure-boot
  $ diskbios run out/diskbios.iso --screenshot welcome.png
  $ diskbios run out/diskbios.iso --display gtk
  $ diskbios run out/diskbios.folder
  $ diskbios run out/diskbios.iso --vnc :1
`;

/** `run IMAGE|RECIPE` */
export function register(program: Command, io: CliIo, services?: RunServices): void {
  program
    .command('run')
    .description('boot an image, or what a recipe builds, in QEMU')
    .argument(
      '<image-or-recipe>',
      'an ISO or disk image, a folder (`build --medium folder`), or a recipe (.yaml), which is built first',
    )
    .argument('[command...]', 'with --ssh: what to run there, instead of logging in')
    .option('--firmware <kind>', 'bios, uefi or uefi-secure (default: bios, or uefi for a program for UEFI)')
    .option(
      '--secure-boot [certificate]',
      "UEFI with Secure Boot, and Microsoft's keys or this one certificate in the firmware",
    )
    .option('--as <kind>', 'how the image is attached: cd, usb, virtio, ahci, nvme (default: cd for an ISO)')
    .option('-m, --memory <size>', 'memory of the guest', '512MiB')
    .option('--cpus <n>', 'processors of the guest (default: 2, or 1 where they are emulated)')
    .option('--display <kind>', 'none, curses, vnc, gtk, sdl, cocoa', 'none')
    .option(
      '--forward <here:there>',
      'port of this machine that leads to one of the guest (repeatable)',
      collect,
      [],
    )
    .option('--disk <file[:size]>', 'attach a disk, made where it is not there (repeatable)', collect, [])
    .option('--snapshot', 'write nothing to disks: what the guest writes is thrown away')
    .option('--ssh', 'wait for its SSH server and log in; the console goes to a file meanwhile')
    .option('--screenshot <file>', 'save the screen as PNG when it is READY, then switch it off')
    .option(
      '--within <time>',
      'how long --ssh and --screenshot wait, such as 90s (default: 120s, more where it is slow)',
    )
    .option('--vnc [display|port]', 'show its screen by VNC, on this machine only: :1, 127.0.0.1:1 or 5901')
    .option('--log <file>', 'keep what it says on its serial console')
    .option('--network <kind>', 'user (NAT, needs no rights) or none', 'user')
    .option('--accel <kind>', 'auto (tries KVM on a tiny guest first), kvm, hvf, tcg', 'auto')
    .option('--qemu <which>', "pinned (the lock's) or host (this machine's; default with a window)")
    .option(
      '--dry-run',
      "make the files that it needs, then print QEMU's command line instead of starting it",
    )
    .option('-v, --verbose', "show QEMU's command line, to be pasted into a shell")
    .addHelpText('after', examples)
    .action((what: string, command: string[], flags: RunFlags) =>
      runImage(what, command, flags, io, services),
    );
}

async function runImage(
  what: string,
  command: readonly string[],
  flags: RunFlags,
  io: CliIo,
  given?: RunServices,
): Promise<void> {
  const { runWish } = await import('../run/flags.ts');
  const { checkPorts, freeVncPort, makeDisks } = await import('../run/resources.ts');
  const { imageOrFolder } = await import('../run/folder.ts');
  const { guestRequest, summary, usualAttachment, usualFirmware } = await import('../run/request.ts');
  const services = given ?? (await import('../run/services.ts')).builderServices;
  const monitor: Monitor = (event) => {
    if (event.type === 'command' && flags.verbose === true) io.err(`+ ${event.command}\n`);
  };

  const wish = runWish(flags, io.cwd, command);
  const recipe = ['.yaml', '.yml'].includes(extname(what)) ? what : undefined;
  if (!existsSync(resolve(io.cwd, what))) throw noSuchFile(what);
  await checkPorts(wish.forwards, wish.vncPort);
  const image =
    recipe === undefined
      ? imageOrFolder(resolve(io.cwd, what), wish)
      : await services.buildIso(recipe, io, flags.verbose === true);
  const tools = await qemuFor(wish, () => services.ensureQemuTools(recipe, io, flags.verbose === true));
  for (const file of await makeDisks(wish.disks, tools, io.signal)) io.err(`made ${file}\n`);
  const accelerator = await acceleratorFor(wish, tools, io, monitor);
  const as = wish.as ?? (typeof image === 'string' ? usualAttachment(image) : 'virtio');
  const vncPort = wish.display === 'vnc' ? (wish.vncPort ?? (await freeVncPort())) : undefined;
  const ssh = wish.ssh === undefined ? undefined : await sshForward(wish);
  const forwards = [
    ...wish.forwards,
    ...(ssh === undefined || ssh.given ? [] : [{ host: ssh.host, guest: 22 }]),
  ];
  const firmware = wish.firmware ?? usualFirmware(image);
  const found = { image, as, accelerator, forwards, vncPort, firmware };
  const { filesOfBoot } = await import('../run/files-of-boot.ts');
  const { tmpdir } = await import('node:os');
  const { withScratch } = await import('../../sys/scratch.ts');
  const wanted = { image, firmware, certificate: wish.certificate };
  if (flags.dryRun === true) {
    const { commandByHand } = await import('../../boot/launch.ts');
    // What is printed is to be run later: its files stay, beside those of --disk.
    const own = basename(what, extname(what));
    const started = await filesOfBoot((name) => resolve(io.cwd, `${own}.${name}`), wanted, tools, io.signal);
    const made = [started.uefiVars, started.image === image ? undefined : started.image];
    for (const file of made) if (typeof file === 'string') io.err(`made ${file}\n`);
    io.out(`${commandByHand(tools, guestRequest(wish, { ...found, ...started }))}\n`);
    return;
  }
  io.err(`starting ${summary(wish, found)}\n`);
  const patience = 'patience' in accelerator ? { patience: accelerator.patience } : {};
  const options = { signal: io.signal, monitor, keepLog: wish.log, ...patience };
  await withScratch(tmpdir(), async (dir) => {
    const started = await filesOfBoot((name) => join(dir, name), wanted, tools, io.signal);
    const request = guestRequest(wish, { ...found, ...started });
    await boot({ wish, io, tools, request, options, sshPort: ssh?.host });
  });
}

/** Chooses how to look at the guest. */
async function boot(prepared: Prepared): Promise<void> {
  const { wish, sshPort } = prepared;
  if (wish.ssh !== undefined && sshPort !== undefined) {
    const { runSsh } = await import('../run/ssh-session.ts');
    process.exitCode = await runSsh(prepared, sshPort, wish.ssh.command);
  } else if (wish.screenshot !== undefined) {
    const { runForScreenshot } = await import('../run/screenshot.ts');
    await runForScreenshot(prepared, wish.screenshot);
  } else {
    const { runConsole } = await import('../run/console.ts');
    await runConsole(prepared);
  }
}

/** The port of this machine that leads to the guest's SSH server: one that was asked for, or a free one. */
async function sshForward(wish: RunWish): Promise<{ host: number; given: boolean }> {
  const given = wish.forwards.find(({ guest }) => guest === 22);
  if (given !== undefined) return { host: given.host, given: true };
  const { reservePort } = await import('../../boot/ports.ts');
  const port = await reservePort();
  await port.release();
  return { host: port.number, given: false };
}

function noSuchFile(what: string): UserError {
  return new UserError({
    code: 'no-such-file',
    message: `${what}: there is no such image or recipe`,
    expected: 'an ISO or disk image, a folder of `diskbios build --medium folder`, or a recipe (.yaml)',
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
