import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { signProgram } from '../formats/authenticode.ts';
import { openPgpSignature } from '../formats/openpgp.ts';
import { sourceFile } from '../plan/source.ts';
import type { SourceFile, StepContext } from '../plan/types.ts';
import type { SecureBoot } from '../recipe/types.ts';

/** Names of a signing step's files. */
const certificateFile = 'secure-boot.crt';
const keyFile = 'secure-boot.key';

/**
 * The files of a step that signs; none where nothing is to be signed. Neither the private key nor a digest of it becomes part of
 * the step: it stands there by its certificate.
 */
export function signingFiles(secure: SecureBoot): Record<string, SourceFile> {
  if (secure.kind !== 'own') return {};
  const certificate = sourceFile(secure.certificate);
  return {
    [certificateFile]: certificate,
    [keyFile]: { path: secure.key, sha256: certificate.sha256, size: 0 },
  };
}

/** Whoever signs, with the key that a node was given by `signingFiles`. */
interface StepSigner {
  /** DER. */
  readonly certificate: Buffer;
  readonly publicKey: KeyObject;
  /** RSA (PKCS #1 v1.5) over SHA-256: the same bytes each time. */
  readonly sign: (bytes: Buffer) => Buffer;
}

/** The signer of a step; `undefined` where its node has no `signingFiles`. */
export function signerOf({ files }: StepContext): StepSigner | undefined {
  const [certificate, key] = [files[certificateFile], files[keyFile]];
  if (certificate === undefined || key === undefined) return undefined;
  const { raw, publicKey } = new X509Certificate(readFileSync(certificate.path));
  const secret = createPrivateKey(readFileSync(key.path));
  return { certificate: raw, publicKey, sign: (bytes) => sign('sha256', bytes, secret) };
}

/** Writes a program for UEFI, signed where the step signs. */
export function writeProgram(context: StepContext, program: Buffer, file: string): void {
  const signer = signerOf(context);
  writeAll(file, signer === undefined ? [program] : signProgram(program, signer));
}

/**
 * Files by their paths on a medium, and where the step signs, beside each that GRUB reads its signature as `PATH.sig`,
 * made in scratch.
 */
export function withSignatureFiles(
  context: StepContext,
  files: Readonly<Record<string, string>>,
): Record<string, string> {
  const signer = signerOf(context);
  if (signer === undefined) return { ...files };
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, file]) => {
      if (!path.startsWith('/boot/')) return [[path, file]];
      const key = signer.publicKey;
      const signature = openPgpSignature(readFileSync(file), { key, sign: signer.sign, time: context.epoch });
      // By what is signed: two parts of a medium may have files at the same path.
      const name = createHash('sha256').update(signature).digest('hex');
      const written = join(context.scratch, 'signatures', name);
      mkdirSync(dirname(written), { recursive: true });
      writeFileSync(written, signature);
      return [
        [path, file],
        [`${path}.sig`, written],
      ];
    }),
  );
}

function writeAll(file: string, pieces: readonly Buffer[]): void {
  const fd = openSync(file, 'w');
  try {
    for (const piece of pieces) writeSync(fd, piece);
  } finally {
    closeSync(fd);
  }
}
