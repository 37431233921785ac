/**
 * Text of others, made harmless for a terminal: a folder's name or a boot parameter may hold anything, and nothing of it is to move a
 * cursor, change a colour or write backwards. Characters that do so are shown as `\u001b`; everything else stays.
 */
export const visible = (text: string): string =>
  // Not as a literal, which QuickJS would make ready whenever this file is read.
  text.replace(
    new RegExp(String.raw`[\p{Cc}\p{Cf}]`, 'gu'),
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
