import type { Diagnostic } from '../base/errors.ts';
import { accounts } from './accounts.ts';
import { alternatives } from './alternatives.ts';
import { baseFiles } from './base-files.ts';
import { busyboxLinks } from './busybox-links.ts';
import { caCertificates } from './ca-certificates.ts';
import { debianDefaults } from './debian-defaults.ts';
import { dpkgStatus } from './dpkg-status.ts';
import { identity } from './identity.ts';
import { ldCache } from './ld-cache.ts';
import { maintainerScripts } from './maintainer-scripts.ts';
import { pam } from './pam.ts';
import { systemdUnits } from './systemd-units.ts';
import { templateScripts } from './template-scripts.ts';
import { tmpfiles } from './tmpfiles.ts';
import type { FinishResult, FinishStep, IdentityInput, PackagesInput } from './types.ts';
import { users } from './users.ts';
import { usrMerge } from './usr-merge.ts';

/** What finishes the packages, in this order: later steps see what earlier ones made. */
const packageSteps: readonly FinishStep[] = [
  usrMerge,
  alternatives,
  busyboxLinks,
  accounts,
  ldCache,
  baseFiles,
  tmpfiles,
  pam,
  caCertificates,
  dpkgStatus,
  maintainerScripts,
];

/** The same for a Debian that starts by an init of its own. */
const templateSteps: readonly FinishStep[] = [
  ...packageSteps.filter((step) => step !== busyboxLinks && step !== maintainerScripts),
  systemdUnits,
  debianDefaults,
  templateScripts,
];

/** What makes of a finished set of packages this one PE. */
const identitySteps: readonly FinishStep<IdentityInput>[] = [identity, users];

/** Runs steps in order; their entries go into the tree, where they replace what is there. */
async function finish<Input extends PackagesInput>(
  steps: readonly FinishStep<Input>[],
  input: Input,
): Promise<FinishResult> {
  const entries = [];
  const warnings: Diagnostic[] = [];
  for (const step of steps) {
    const result = await step.run(input);
    for (const entry of result.entries) input.tree.add(entry, 'replace');
    entries.push(...result.entries);
    warnings.push(...result.warnings);
  }
  return { entries, warnings };
}

/** Finishes the packages' layer, without running a maintainer script. Changes `input.tree`. */
export function finishPackages(input: PackagesInput): Promise<FinishResult> {
  return finish(packageSteps, input);
}

/** Finishes the root of a Debian that is to run as a system of its own. Changes `input.tree`. */
export function finishTemplate(input: PackagesInput): Promise<FinishResult> {
  return finish(templateSteps, input);
}

/** Finishes the topmost layer: name, host name, timezone, users. Changes `input.tree`, in which the packages are too. */
export function finishIdentity(input: IdentityInput): Promise<FinishResult> {
  return finish(identitySteps, input);
}
