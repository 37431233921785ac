import { keepHostKeys, keepPasswords } from '../../systems/memory.ts';
import { home, readPlaces } from '../../systems/places.ts';
import { command } from '../command.ts';

/** For `passwd` and the SSH server: without a data volume there is nothing to keep things on. */
export const keep = command({
  name: '_keep',
  summary: 'Keep changed passwords and host keys on the data volume now',
  arguments: [],
  options: {},
  examples: [],
  async run() {
    const places = readPlaces();
    if (places.dirs.length === 0) return 0;
    await keepPasswords(home(places));
    await keepHostKeys(home(places));
    return 0;
  },
});
