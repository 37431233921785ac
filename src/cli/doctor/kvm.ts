import { accessSync, constants, existsSync } from 'node:fs';
import type { Finding } from './types.ts';

const device = '/dev/kvm';

/** Whether QEMU may be accelerated. Only starting a guest tells whether it works; `run` does that by itself. */
export function kvmFinding(path = device): Finding {
  const slow = 'boots are emulated in software, several times slower';
  if (!existsSync(path)) return { name: 'KVM', level: 'warn', text: `${path} is not there; ${slow}.` };
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return { name: 'KVM', level: 'ok', text: `${path} can be opened; \`run\` tries it before it trusts it.` };
  } catch {
    const text = `You may not open ${path}; ${slow}.`;
    return {
      name: 'KVM',
      level: 'warn',
      text,
      install: 'sudo usermod -aG kvm "$USER"   # then log in again',
    };
  }
}
