import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPgpKey } from '../formats/openpgp.ts';
import { headerBytes, padding, tarTrailer } from '../formats/tar-write.ts';
import { fillTemplate } from '../formats/template.ts';
import type { SourceFile, StepContext } from '../plan/types.ts';
import type { SecureBoot } from '../recipe/types.ts';
import { makeGrubImage } from './grub-mkimage.ts';
import type { GrubPlatform } from './grub-modules.ts';
import { signerOf, signingFiles, writeProgram } from './signing.ts';

/** How a step's loader gets along with Secure Boot; `undefined`: not at all. */
export type SecureMode = SecureBoot['kind'] | undefined;

export interface LoaderOptions {
  readonly secure?: SecureMode;
}

/** What of it is a step's option. */
export function loaderOptions({ kind }: SecureBoot): { secure?: Exclude<SecureBoot['kind'], 'off'> } {
  return kind === 'off' ? {} : { secure: kind };
}

/** What of it are a step's files. */
export function loaderSources(secure: SecureBoot, locked: SourceFile): Record<string, SourceFile> {
  return secure.kind === 'own' ? { ...signingFiles(secure), 'locked.cfg.in': locked } : {};
}

/** What Debian signed, with its place in the tools and its name in `/EFI/BOOT`: shim starts `grubx64.efi`, or its key manager. */
const keyManager = 'mmx64.efi';
const signed = {
  'BOOTX64.EFI': 'usr/lib/shim/shimx64.efi.signed',
  'grubx64.efi': 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
  [keyManager]: 'usr/lib/shim/mmx64.efi.signed',
} as const;

/**
 * Our own GRUB, which Debian's hands over to where Secure Boot is off: it knows the menu's fonts, and no video drivers that
 * get into the way of the firmware's.
 */
const ownLoader = 'diskbios.efi';

/** Once the medium is found. `lockdown` is GRUB's own word for Secure Boot. */
const handOver = `if [ "$lockdown" != y ]; then
  if chainloader ($root)/EFI/BOOT/${ownLoader}; then boot; fi
fi
source $prefix/grub.cfg
`;

/** Where Debian's signed GRUB looks for its configuration, on the file system that it was started from. */
const signedConfig = { path: '/EFI/debian/grub.cfg', file: 'debian.cfg' } as const;

/** Makes what UEFI starts, as files of the artifact: `output`, and with Debian's signatures what it starts in turn. */
export async function makeEfiLoader(
  context: StepContext,
  platform: Extract<GrubPlatform, `${string}efi`>,
  output: string,
  { config, secure }: { readonly config: string; readonly secure: SecureMode },
): Promise<void> {
  if (secure === 'debian') {
    const script = await readFile(config, 'utf8');
    await Promise.all([
      writeFile(join(context.out, signedConfig.file), `${script}${handOver}`),
      makeGrubImage(context, platform, config, ownLoader),
      ...Object.entries(signed).map(([name, file]) =>
        copyFile(context.toolFile(file), join(context.out, name)),
      ),
    ]);
  } else if (secure === 'own') {
    await makeLockedImage(context, platform, output, config);
  } else await makeGrubImage(context, platform, config, output);
}

/**
 * The files that UEFI reads by their paths; `file` gives the place of a file of the artifact.
 * @param part of a medium whose ISO file system and EFI partition are both looked at: neither needs what the other has
 */
export function efiLoaderFiles(
  file: (name: string) => string,
  output: string,
  secure: SecureMode,
  part: 'whole' | 'iso' | 'partition' = 'whole',
): Record<string, string> {
  if (secure !== 'debian') return { [`/EFI/BOOT/${output}`]: file(output) };
  return {
    ...Object.fromEntries(
      [...Object.keys(signed), ownLoader]
        .filter(
          (name) => !(part === 'iso' && name === keyManager) && !(part === 'partition' && name === ownLoader),
        )
        .map((name) => [`/EFI/BOOT/${name}`, file(name)]),
    ),
    [signedConfig.path]: file(signedConfig.file),
  };
}

const pgpModules = ['pgp', 'gcry_sha256', 'gcry_rsa', 'memdisk', 'tar'];

/** A GRUB, signed, that reads nothing but what the same key signed: with a configuration and that key inside. */
async function makeLockedImage(
  context: StepContext,
  platform: GrubPlatform,
  output: string,
  config: string,
): Promise<void> {
  const [signer, template] = [signerOf(context), context.files['locked.cfg.in']];
  if (signer === undefined || template === undefined) throw new Error('there is nothing to sign with');
  const part = (name: string): string => join(context.scratch, `${platform}-${name}`);
  const script = fillTemplate(await readFile(template.path, 'utf8'), {
    EARLY: (await readFile(config, 'utf8')).trim(),
  });
  await writeFile(part('locked.cfg'), script);
  await writeFile(part('memdisk.tar'), tarOf('grub.cfg', Buffer.from(script), context.epoch));
  await writeFile(part('key.pgp'), openPgpKey(signer.publicKey));
  // When the menu ends there must be nothing that takes commands.
  await writeFile(part('first.cfg'), 'normal (memdisk)/grub.cfg\nhalt\n');
  await makeGrubImage(context, platform, part('first.cfg'), output, [
    '--disable-shim-lock',
    `--pubkey=${part('key.pgp')}`,
    `--memdisk=${part('memdisk.tar')}`,
    ...pgpModules,
  ]);
  const program = join(context.out, output);
  writeProgram(context, await readFile(program), program);
}

function tarOf(path: string, bytes: Buffer, mtime: number): Buffer {
  const size = bytes.length;
  const header = headerBytes({
    ...{ path, type: 'file', mode: 0o644, uid: 0, gid: 0, mtime, size, origin: 'grub' },
    content: { bytes },
  });
  return Buffer.concat([header, bytes, padding(size), tarTrailer()]);
}
