/** The PE's font and keymap for its own screens, below `/usr/lib/diskbios`. */
export const screenFontFile = 'screen.psf';
/** The program of kbd that loads the font. */
export const setFontFile = 'setfont';
export const keymapFile = 'keymap.bmap';
