import * as std from 'std';

/** Apart from what runs programs, which is long to read. Part of the PE's one door to the machine (see src/pe/host.ts). */
export const environment = (name: string): string | undefined => std.getenv(name);
