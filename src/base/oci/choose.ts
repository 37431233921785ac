import { FailedError } from '../errors.ts';
import { dockerImages, type ImageFiles, isWrong } from './image.ts';

/** Bytes of the largest description that is read: descriptions are small. */
export const mostOfDescription = 4 * 1024 ** 2;

export const damagedImage = (what: string): FailedError =>
  new FailedError('bad-image', `the image is damaged: ${what}`);

/** An answer about an image; throws `FailedError` (`bad-image`) with the reason against it. */
export function usable<T extends object>(value: T | { readonly wrong: string }): T {
  if (isWrong(value)) throw new FailedError('bad-image', `the image cannot be used: ${value.wrong}`);
  return value;
}

/**
 * The one image of a `docker save` that has a tag, or that is there. Throws `FailedError` (`bad-image`) for none or several.
 * @param manifest the text of `manifest.json`
 * @param word how the person says which one it is
 */
export function chooseDockerImage(manifest: string, tag: string | undefined, word: string): ImageFiles {
  const images = usable(dockerImages(manifest));
  const fits = images.filter(
    ({ names }) => tag === undefined || names.some((name) => name === tag || name.endsWith(`:${tag}`)),
  );
  const [only] = fits;
  if (only !== undefined && fits.length === 1) return only.files;
  const all = images.map(({ names }) => names.join(', ') || '(without a name)').join(', ');
  throw new FailedError(
    'bad-image',
    fits.length === 0
      ? `it holds no image ${tag ?? ''}, only ${all}`
      : `it holds several images, ${all}: say which with ${word}`,
  );
}
