import { isEntry, type MenuRow, type MenuView } from './menu-text.ts';

/** What is known of a menu that is longer than its terminal, from the parts of it that were seen while the mark moved. */
export class MenuList {
  /** By position; the entry marked at first has 0, those above it are negative. */
  readonly #rows = new Map<number, MenuRow>();
  #position = 0;
  #topSeen = false;
  #bottomSeen = false;

  constructor(view: MenuView) {
    this.#see(view);
  }

  /** The mark moved by so many entries; after another movement all is learned anew. */
  moved(by: -1 | 0 | 1 | 'otherwise', view: MenuView): void {
    if (by === 'otherwise') {
      this.#rows.clear();
      this.#position = 0;
      this.#topSeen = false;
      this.#bottomSeen = false;
    } else {
      this.#position += by;
    }
    this.#see(view);
  }

  /**
   * Where the mark must go for an entry: `several` could be meant where their titles are cut off at the menu's edge. While
   * not all is known, the way leads to what is not.
   */
  towards(title: string): 'here' | 'up' | 'down' | 'missing' | 'several' {
    const fits = [...this.#rows].filter(([, row]) => isEntry(row, title));
    const exact = fits.find(([, row]) => !row.cut);
    const complete = this.#topSeen && this.#bottomSeen;
    const target = exact ?? (complete ? fits[0] : undefined);
    if (target !== undefined) {
      if (exact === undefined && fits.length > 1) return 'several';
      const [position] = target;
      return position === this.#position ? 'here' : position > this.#position ? 'down' : 'up';
    }
    if (!this.#bottomSeen) return 'down';
    return this.#topSeen ? 'missing' : 'up';
  }

  /** All titles that were seen, from the top. */
  titles(): readonly string[] {
    return [...this.#rows]
      .sort(([one], [other]) => one - other)
      .map(([, { title, cut }]) => (cut ? `${title} …` : title));
  }

  #see(view: MenuView): void {
    view.rows.forEach((row, at) => this.#rows.set(this.#position + at - view.marked, row));
    this.#topSeen ||= !view.above;
    this.#bottomSeen ||= !view.below;
  }
}
