import type { Diagnostic } from '../base/errors.ts';
import type { Entry, ReadEntry, Tree } from '../formats/tree.ts';

export type ScriptName = 'preinst' | 'postinst' | 'prerm' | 'postrm' | 'triggers' | 'conffiles' | 'md5sums';

/** A package whose files are in the tree, with what its control archive said. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Text of its `control` file. */
  readonly control: string;
  readonly scripts: Readonly<Record<ScriptName, string | undefined>>;
  /** Paths that it brought, without a leading slash, excluded ones left out. */
  readonly files: readonly string[];
}

/** What a finishing step over the packages gets. It depends on no setting, so that one layer serves many recipes. */
export interface PackagesInput {
  /** Earlier steps' entries are in it already. */
  readonly tree: Tree;
  readonly read: ReadEntry;
  readonly packages: readonly InstalledPackage[];
  /** Seconds since 1970 for everything generated. */
  readonly epoch: number;
  /** Debian's name for the architecture. */
  readonly arch: string;
}

/** A user that the recipe asks for. */
export interface AccountUser {
  readonly name: string;
  readonly uid: number;
  /** Names of further groups; one that does not exist is made. */
  readonly groups: readonly string[];
  readonly home: string;
  readonly shell: string;
  /** crypt(3) hash; `undefined`: no password login. */
  readonly passwordHash: string | undefined;
  /** Public keys, one line each. */
  readonly sshKeys: readonly string[];
}

/** What the recipe says about this one PE. */
export interface PeIdentity {
  readonly name: string;
  readonly version: string;
  /** Code name of the Debian release below: `trixie`. */
  readonly codename: string;
  readonly hostname: string;
  /** tzdata's name: `Europe/Berlin`, `UTC`. */
  readonly timezone: string;
  readonly users: readonly AccountUser[];
}

export interface IdentityInput extends PackagesInput {
  readonly identity: PeIdentity;
}

export interface FinishResult {
  readonly entries: readonly Entry[];
  readonly warnings: readonly Diagnostic[];
}

/** Does one thing that maintainer scripts would have done. It changes nothing itself: entries replace what is there. */
export interface FinishStep<Input extends PackagesInput = PackagesInput> {
  readonly name: string;
  run(input: Input): Promise<FinishResult> | FinishResult;
}
