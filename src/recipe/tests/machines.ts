import type { RawDisks, RawGuest, RawTest } from '../raw-tests.ts';
import type { Path } from '../yaml/located.ts';

/** Name of the machine of a test that names none. */
const onlyGuest = 'pe';

/** The machines of a test, by name. */
export function machinesOf(test: RawTest): Readonly<Record<string, RawGuest>> {
  if (test.guests !== undefined) return test.guests;
  const { machine, disks, network } = test;
  return {
    [onlyGuest]: {
      ...{ image: true, on: true },
      ...(machine && { machine }),
      ...(disks && { disks }),
      ...(network && { network }),
    },
  };
}

/** Where a machine's keys stand, from the test on. */
export function machinePath(test: RawTest, name: string): Path {
  return test.guests === undefined ? [] : ['guests', name];
}

export function disksOf(guest: RawGuest | undefined): RawDisks {
  return guest?.disks ?? {};
}

/** Whether a way leads from outside into the guest: the cards of a private link have none. */
export function hasUserNetwork(guest: RawGuest): boolean {
  return firstUserCard(guest) !== undefined;
}

/** The first card that leads outside: `user`, or the model of one. */
export function firstUserCard({ network = 'user' }: RawGuest): string | undefined {
  const cards: readonly (string | { readonly link: string })[] = Array.isArray(network) ? network : [network];
  return cards.find((card) => typeof card === 'string' && card !== 'none') as string | undefined;
}

/** A guest's end of a private link. */
interface LinkEnd {
  readonly link: string;
  /** Where it is named, from the guest on. */
  readonly path: Path;
}

/** The private links that a guest is on, once for each of its cards. */
export function linkEnds({ network = 'user' }: RawGuest): LinkEnd[] {
  if (typeof network === 'string') return [];
  if ('link' in network) return [{ link: network.link, path: ['network', 'link'] }];
  return network.flatMap((card, n) =>
    typeof card === 'string' ? [] : [{ link: card.link, path: ['network', n, 'link'] }],
  );
}
