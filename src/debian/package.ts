/** One package as the lock pins it. It names no host, so that any mirror serves it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Debian architecture, or `all`. */
  readonly arch: string;
  /** Where it is from: `debian`, `security`, or the name of one of the recipe's repositories. */
  readonly source: string;
  /** Path below the source's base address: `pool/main/l/lxc/lxc_6.0.4-4_amd64.deb`. */
  readonly path: string;
  /** Bytes of the .deb. */
  readonly size: number;
  /** SHA-256 of the .deb, 64 hex digits. */
  readonly sha256: string;
}

/** In the order of the lock: by name, then architecture. */
export function comparePackages(a: LockedPackage, b: LockedPackage): number {
  const [left, right] = [`${a.name}\0${a.arch}`, `${b.name}\0${b.arch}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
