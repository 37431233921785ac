import type { PeConfigService } from '../../base/pe-config.ts';
import { exists } from '../host.ts';
import { bridgeService, dnsmasqFiles } from '../lib/systems/network/dnsmasq.ts';
import { dnsmasq } from '../systems/network/programs.ts';

/** The server for addresses and names of the systems, where this PE has it. The first system that needs it starts it. */
export const bridgeServices = (): Record<string, PeConfigService> =>
  exists(dnsmasq)
    ? {
        [bridgeService]: {
          run: [dnsmasq, '--keep-in-foreground', '--log-facility=-', `--conf-file=${dnsmasqFiles.config}`],
          after: [],
          restart: 'always',
          env: {},
          // There already, when the supervisor is not the first of this boot.
          enabled: exists(dnsmasqFiles.config),
        },
      }
    : {};
