/** Keys as QEMU's `send-key` names them; several are pressed together. */
export type Chord = readonly string[];

const named: Readonly<Record<string, Chord>> = {
  '\n': ['ret'],
  '\t': ['tab'],
  ' ': ['spc'],
  '-': ['minus'],
  '=': ['equal'],
  '.': ['dot'],
  ',': ['comma'],
  '/': ['slash'],
  ';': ['semicolon'],
  "'": ['apostrophe'],
  '\\': ['backslash'],
  '[': ['bracket_left'],
  ']': ['bracket_right'],
  '`': ['grave_accent'],
};

const shifted = '~!@#$%^&*()_+{}|:"<>?';
const unshifted = "`1234567890-=[]\\;',./";

/** The key presses that type a text on a US keyboard; throws for a character it does not have. */
export function chords(text: string): readonly Chord[] {
  return text.split('').map(chord);
}

function chord(character: string): Chord {
  if (/^[a-z0-9]$/.test(character)) return [character];
  if (/^[A-Z]$/.test(character)) return ['shift', character.toLowerCase()];
  const position = shifted.indexOf(character);
  const base = position === -1 ? undefined : unshifted[position];
  if (base !== undefined) return ['shift', ...chord(base)];
  const keys = named[character];
  if (keys === undefined) throw new Error(`a US keyboard has no key for ${JSON.stringify(character)}`);
  return keys;
}
