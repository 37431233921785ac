import { maker } from './make.ts';
import type { FinishStep } from './types.ts';

/** What `pam-auth-update` makes of the one profile that libpam-runtime brings itself, `unix`. */
const common: Readonly<Record<string, string>> = {
  'common-auth': `auth	[success=1 default=ignore]	pam_unix.so nullok
auth	requisite			pam_deny.so
auth	required			pam_permit.so
`,
  'common-account': `account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
account	requisite			pam_deny.so
account	required			pam_permit.so
`,
  'common-password': `password	[success=1 default=ignore]	pam_unix.so obscure yescrypt
password	requisite			pam_deny.so
password	required			pam_permit.so
`,
  'common-session': `session	[default=1]			pam_permit.so
session	requisite			pam_deny.so
session	required			pam_permit.so
session	required			pam_unix.so
`,
};

/** `/etc/pam.d/common-*`, without which no program that uses PAM lets anybody in. */
export const pam: FinishStep = {
  name: 'PAM',
  run({ tree, packages, epoch }) {
    const make = maker(this.name, epoch);
    if (!packages.some(({ name }) => name === 'libpam-runtime')) return { entries: [], warnings: [] };
    const session = common['common-session'] ?? '';
    const entries = Object.entries({ ...common, 'common-session-noninteractive': session })
      .map(([name, text]) => make.file(`etc/pam.d/${name}`, text))
      .filter(({ path }) => !tree.has(path));
    return { entries, warnings: [] };
  },
};
