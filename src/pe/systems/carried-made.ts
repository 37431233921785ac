import { readText } from '../host.ts';
import { type CarriedMade, carriedMadeName, parseCarriedMade } from '../lib/systems/carried.ts';
import { peFolder, type SystemsDir } from '../lib/systems/places.ts';

export const madeFile = (dir: SystemsDir): string => `${peFolder(dir.path)}/${carriedMadeName}`;

/** What was made in a systems directory of what travelled with images. */
export const readMade = (dir: SystemsDir): CarriedMade => parseCarriedMade(readText(madeFile(dir)));
