/** Bytes of an environment block: GRUB never makes it longer or shorter (GRUB manual, "Environment block"). */
export const grubEnvSize = 1024;

const signature = '# GRUB Environment Block\n';

/**
 * The file that GRUB's `load_env` reads and `save_env` changes in place. Throws where the variables do not fit its first
 * sector: a change of what lies in one sector is all or nothing.
 */
export function formatGrubEnv(variables: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}=${value.replace(/[\\\n]/g, (letter) => `\\${letter}`)}\n`,
  );
  const text = signature + lines.join('');
  if (Buffer.byteLength(text) > 512) throw new Error('a GRUB environment block of more than one sector');
  return Buffer.from(text.padEnd(grubEnvSize - Buffer.byteLength(text) + text.length, '#'));
}

/** The variables of an environment block; `undefined` where it is none. */
export function parseGrubEnv(bytes: Buffer): Record<string, string> | undefined {
  const text = bytes.toString('utf8');
  if (bytes.length !== grubEnvSize || !text.startsWith(signature)) return undefined;
  const variables: Record<string, string> = {};
  for (const [, name = '', value = ''] of text
    .slice(signature.length)
    .matchAll(/(?<=^|\n)([^#=\n][^=\n]*)=((?:\\[^]|[^\\\n])*)\n/g)) {
    variables[name] = value.replace(/\\([^])/g, '$1');
  }
  return variables;
}
