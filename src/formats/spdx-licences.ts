/**
 * Debian's short names of licences (copyright-format 1.0, "License specification") and the SPDX identifiers that mean
 * the same. Only names whose meaning is settled are here; everything else stays a `LicenseRef-` with its own text.
 */
const identifiers: Readonly<Record<string, string>> = {
  '0bsd': '0BSD',
  'apache-1.1': 'Apache-1.1',
  'apache-2': 'Apache-2.0',
  'apache-2.0': 'Apache-2.0',
  beerware: 'Beerware',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-2-clause-patent': 'BSD-2-Clause-Patent',
  'bsd-3-clause': 'BSD-3-Clause',
  'bsd-3-clause-attribution': 'BSD-3-Clause-Attribution',
  'bsd-4-clause': 'BSD-4-Clause',
  'bsd-4-clause-uc': 'BSD-4-Clause-UC',
  'bsl-1.0': 'BSL-1.0',
  'bzip2-1.0.6': 'bzip2-1.0.6',
  cc0: 'CC0-1.0',
  'cc0-1.0': 'CC0-1.0',
  'cc-by-3.0': 'CC-BY-3.0',
  'cc-by-4.0': 'CC-BY-4.0',
  'cc-by-sa-3.0': 'CC-BY-SA-3.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  curl: 'curl',
  expat: 'MIT',
  fsfap: 'FSFAP',
  fsful: 'FSFUL',
  fsfullr: 'FSFULLR',
  fsfullrwd: 'FSFULLRWD',
  ftl: 'FTL',
  isc: 'ISC',
  latex2e: 'Latex2e',
  libpng: 'Libpng',
  'mit-cmu': 'MIT-CMU',
  'mpl-1.1': 'MPL-1.1',
  'mpl-2.0': 'MPL-2.0',
  ntp: 'NTP',
  openssl: 'OpenSSL',
  'psf-2': 'PSF-2.0',
  'psf-2.0': 'PSF-2.0',
  'rsa-md': 'RSA-MD',
  sleepycat: 'Sleepycat',
  'unicode-3.0': 'Unicode-3.0',
  'unicode-dfs-2016': 'Unicode-DFS-2016',
  unlicense: 'Unlicense',
  vim: 'Vim',
  w3c: 'W3C',
  wtfpl: 'WTFPL',
  x11: 'X11',
  zlib: 'Zlib',
  'zpl-2.1': 'ZPL-2.1',
};

/** The versions that SPDX knows of GNU's licences. */
const gnuVersions: Readonly<Record<string, readonly string[]>> = {
  GPL: ['1.0', '2.0', '3.0'],
  LGPL: ['2.0', '2.1', '3.0'],
  AGPL: ['3.0'],
  GFDL: ['1.1', '1.2', '1.3'],
};

const exceptions: Readonly<Record<string, string>> = {
  'bison exception': 'Bison-exception-2.2',
  'bison-2.2 exception': 'Bison-exception-2.2',
  'classpath exception': 'Classpath-exception-2.0',
  'linux-syscall-note exception': 'Linux-syscall-note',
  'linux-syscall-note': 'Linux-syscall-note',
  'llvm exception': 'LLVM-exception',
  'llvm-exception': 'LLVM-exception',
  'texinfo exception': 'Texinfo-exception',
};

/** `GPL-2+`, `LGPLv2.1+`, `GPL-3.0-or-later`, `GFDL-NIV-1.3+` … A name without a version stays what it is. */
function gnuLicence(name: string): string | undefined {
  const match = /^([AL]?GPL|GFDL)(-NIV)?[-v ]{1,2}(\d)(?:\.(\d))?(\+|-or-later|-only)?$/i.exec(name);
  if (match === null) return undefined;
  const [, family = '', invariants, major = '', minor = '0', later] = match;
  const upper = family.toUpperCase();
  const version = `${major}.${minor}`;
  if (gnuVersions[upper]?.includes(version) !== true) return undefined;
  if (invariants !== undefined && upper !== 'GFDL') return undefined;
  const kind = later === '+' || later?.toLowerCase() === '-or-later' ? 'or-later' : 'only';
  return `${upper}-${version}${invariants === undefined ? '' : '-no-invariants'}-${kind}`;
}

/** Several licences go by this name; the text tells whether it is the one that SPDX calls MIT. */
function isMit(text: string | undefined): boolean {
  const plain = text?.replace(/\s+/g, ' ').toLowerCase() ?? '';
  return (
    plain.includes('permission is hereby granted, free of charge, to any person obtaining a copy') &&
    plain.includes('the above copyright notice and this permission notice shall be included') &&
    plain.includes('the software is provided "as is"') &&
    !plain.includes('except as contained in this notice')
  );
}

/** The SPDX licence, with its exception, that one of Debian's short names means; `undefined` where it is not sure. */
export function spdxLicence(name: string, text: string | undefined): string | undefined {
  const [plain = '', exception] = name.split(/\s+with\s+/i);
  const base = gnuLicence(plain) ?? identifiers[plain.toLowerCase()] ?? undefined;
  if (exception !== undefined) {
    const known = exceptions[exception.toLowerCase()];
    return base === undefined || known === undefined ? undefined : `${base} WITH ${known}`;
  }
  return base ?? (/^mit(\/x11)?$/i.test(plain) && isMit(text) ? 'MIT' : undefined);
}
