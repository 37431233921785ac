/** What the supervisor found out about data volumes and systems directories: `/run/diskbios/places.json`. */
export interface Places {
  readonly volumes: readonly Volume[];
  /** In the order of search; the first is home, whose `.pe/` the PE remembers things in. */
  readonly dirs: readonly SystemsDir[];
  /** What is wrong, each with what to do, for console, welcome screen and `systemx status`. */
  readonly problems: readonly string[];
}

export interface Volume {
  /** `/dev/vda1`. */
  readonly device: string;
  readonly type: string;
  readonly label: string;
  readonly uuid: string;
  /** Where it is mounted: `/run/diskbios/volumes/<n>`. */
  readonly folder: string;
  /** Why nothing can be written to it; `undefined` where it can. */
  readonly readOnly: string | undefined;
}

export interface SystemsDir {
  /** One path for a thing in the PE and on the volume, where no other volume has the same path. */
  readonly path: string;
  /** Index into `volumes`; `undefined`: in memory, gone at power-off. */
  readonly volume: number | undefined;
  readonly readOnly: boolean;
}

export const placesPath = '/run/diskbios/places.json';
export const volumesFolder = '/run/diskbios/volumes';
export const noPlaces: Places = { volumes: [], dirs: [], problems: [] };

/** What the PE remembers, in the systems directory that is home. */
export const peFolder = (dir: string): string => `${dir}/.pe`;
export const templatesFolder = (dir: string): string => `${dir}/.templates`;
/** Everything of a running system that goes with it; never on the disk. */
export const runFolder = (name: string): string => `/run/diskbios/systems/${name}`;

/** Without doubled slashes and one at the end. */
export const tidyPath = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
