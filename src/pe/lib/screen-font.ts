/** Dots a screen is wide from which on `auto` takes the large font: the kernel's letters are then 3 mm high on a 27-inch screen at most. */
const wide = 2560;

/**
 * Whether the font of the image is to be loaded.
 * @param size `virtual_size` of the first frame buffer (`3840,2160`); `undefined`: there is none
 */
export function wantsFont(font: 'auto' | 'always', size: string | undefined): boolean {
  if (font === 'always') return true;
  return Number.parseInt(size ?? '', 10) >= wide;
}
