import { accountRules } from './accounts.ts';
import { bootRules } from './boot.ts';
import { cmdlineRules } from './cmdline.ts';
import { consoleRules } from './consoles.ts';
import { fileRules } from './files.ts';
import { hardwareRules } from './hardware.ts';
import { kernelRules } from './kernel.ts';
import { mediaRules } from './media.ts';
import { networkRules } from './network.ts';
import { packageRules } from './packages.ts';
import { peRules } from './pe.ts';
import type { Rule } from './rule.ts';
import { secureBootRules } from './secure-boot.ts';
import { serviceRules } from './services.ts';
import { sshKeyRules } from './ssh-keys.ts';
import { systemRules } from './systems.ts';
import { templateRules } from './templates.ts';
import { testRules } from './tests.ts';

/** Every group of rules; one file each. */
export const rules: readonly Rule[] = [
  packageRules,
  kernelRules,
  hardwareRules,
  peRules,
  fileRules,
  accountRules,
  sshKeyRules,
  serviceRules,
  networkRules,
  templateRules,
  systemRules,
  bootRules,
  consoleRules,
  secureBootRules,
  cmdlineRules,
  mediaRules,
  testRules,
];
