// Without l and o, so that nobody confuses them with 1 and 0: 32 letters, five bits each.
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const saltLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./';

/** Random bytes needed: 12 for the password (60 bits of it are used), 16 for the salt. */
export const randomBytes = 28;

/** A password that a person can type off a screen, such as `k7mq-2xpd-w9rt`, and a salt for its hash. */
export function oneTimePassword(random: readonly number[]): {
  readonly password: string;
  readonly salt: string;
} {
  if (random.length < randomBytes) throw new Error('the machine gave too few random bytes');
  const text = random
    .slice(0, 12)
    .map((byte) => letters[byte & 31])
    .join('');
  const salt = random
    .slice(12, randomBytes)
    .map((byte) => saltLetters[byte & 63])
    .join('');
  return { password: `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`, salt };
}

/** `/etc/shadow` with root's hash replaced. */
export function withRootHash(shadow: string, hash: string): string {
  if (!/^\$[0-9a-z]+\$[^:\s]+$/.test(hash)) throw new Error('mkpasswd gave no hash');
  const lines = shadow.split('\n').filter((line) => line !== '');
  const root = lines.find((line) => line.startsWith('root:')) ?? 'root:*:19000:0:99999:7:::';
  const fields = root.split(':');
  fields[1] = hash;
  return `${[fields.join(':'), ...lines.filter((line) => !line.startsWith('root:'))].join('\n')}\n`;
}
