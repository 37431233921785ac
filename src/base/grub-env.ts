/** GRUB's environment block (GRUB manual, "The GRUB environment block"). No Node types: compiled for QuickJS too. */

/** Bytes of an environment block: GRUB never makes it longer or shorter. */
export const grubEnvSize = 1024;

/** What counts in ours lies in the first bytes: a change of what lies in one sector is all or nothing. */
export const grubEnvFirst = 512;

export const grubEnvSignature = '# GRUB Environment Block\n';

/**
 * The file that GRUB's `load_env` reads and `save_env` changes in place. Throws where the variables do not fit its first sector,
 * or are not ASCII.
 */
export function formatGrubEnv(variables: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}=${value.replace(/[\\\n]/g, (letter) => `\\${letter}`)}\n`,
  );
  const text = grubEnvSignature + lines.join('');
  if (text.length > grubEnvFirst) throw new Error('a GRUB environment block of more than one sector');
  const bytes = Uint8Array.from(text.padEnd(grubEnvSize, '#'), (letter) => letter.charCodeAt(0));
  if (/[^\n -~]/.test(text)) throw new Error('a GRUB environment block of more than ASCII');
  return bytes;
}

/** The variables of an environment block; `undefined` where it is none. */
export function parseGrubEnv(bytes: Uint8Array): Record<string, string> | undefined {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  if (bytes.length !== grubEnvSize || !text.startsWith(grubEnvSignature)) return undefined;
  const variables: Record<string, string> = {};
  for (const [, name = '', value = ''] of text
    .slice(grubEnvSignature.length)
    .matchAll(/(?<=^|\n)([^#=\n][^=\n]*)=((?:\\[^]|[^\\\n])*)\n/g)) {
    variables[name] = value.replace(/\\([^])/g, '$1');
  }
  return variables;
}
