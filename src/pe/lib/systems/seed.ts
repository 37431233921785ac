import type { SystemKind } from '../../../base/system.ts';

export interface SeedFile {
  /** Relative to the root of the system. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** What makes a root that was the PE's, or a copy of any, a system of its own. */
export function seedFiles(facts: {
  readonly name: string;
  readonly kind: SystemKind;
  readonly fromLivefs: boolean;
  readonly machineId: string;
}): SeedFile[] {
  return [
    { path: 'etc/hostname', text: `${facts.name}\n`, mode: 0o644 },
    { path: 'etc/machine-id', text: `${facts.machineId}\n`, mode: 0o444 },
    ...(facts.fromLivefs
      ? [
          {
            path: 'etc/hosts',
            text: `127.0.0.1\tlocalhost\n127.0.1.1\t${facts.name}\n::1\tlocalhost\n`,
            mode: 0o644,
          },
        ]
      : []),
  ];
}
