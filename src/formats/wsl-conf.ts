/**
 * The two files by which the Windows Subsystem for Linux knows a distribution: `/etc/wsl.conf` ("Advanced settings
 * configuration in WSL") and `/etc/wsl-distribution.conf` ("Build a Custom Linux Distribution for WSL", of Microsoft's
 * documentation). The latter asks for owner root and mode 0644 of both, for a gzip'd tar with the root at its top, and for no
 * kernel or initrd in it.
 */
export interface WslDistribution {
  /** Name under which `wsl --install --from-file` registers it. */
  readonly name: string;
  readonly hostname: string;
}

export const wslPaths = { settings: 'etc/wsl.conf', distribution: 'etc/wsl-distribution.conf' } as const;

/** The texts of both files by their paths. The PE's own init does not run there: WSL is the init. */
export function wslFiles({ name, hostname }: WslDistribution): Record<string, string> {
  return {
    [wslPaths.settings]: ini({
      boot: { systemd: 'false' },
      user: { default: 'root' },
      network: { hostname },
    }),
    [wslPaths.distribution]: ini({
      oobe: { defaultUid: '0', defaultName: name },
      shortcut: { enabled: 'true' },
      windowsterminal: { enabled: 'true' },
    }),
  };
}

function ini(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}\n`);
      return `[${name}]\n${lines.join('')}`;
    })
    .join('\n');
}
