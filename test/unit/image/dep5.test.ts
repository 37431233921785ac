import { describe, expect, it } from 'vitest';
import { declaredLicence } from '../../../src/formats/dep5.ts';

const header = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';
const files = (...licences: string[]): string =>
  header + licences.map((name, i) => `\nFiles: f${i}/*\nCopyright: somebody\nLicense: ${name}\n`).join('');

const mit = ` Permission is hereby granted, free of charge, to any person obtaining a copy of this software.
 .
 The above copyright notice and this permission notice shall be included in all copies.
 .
 THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.`;

describe("a package's machine-readable copyright file", () => {
  it.each([
    [['GPL-2+'], 'GPL-2.0-or-later'],
    [['GPL-2', 'LGPL-2.1+', 'GPL-2'], 'GPL-2.0-only AND LGPL-2.1-or-later'],
    [['Expat', 'Apache-2.0'], 'Apache-2.0 AND MIT'],
    [['GPL-2 or BSD-3-clause', 'Zlib'], '(BSD-3-Clause OR GPL-2.0-only) AND Zlib'],
    [
      ['GPL-2+ or Artistic-x, and Zlib'],
      expect.stringMatching(/^\(GPL-2.0-or-later OR LicenseRef-.*\) AND Zlib$/),
    ],
    [['GPL-3+ with Bison exception'], 'GPL-3.0-or-later WITH Bison-exception-2.2'],
    [['GPL-2 with Linux-syscall-note exception'], 'GPL-2.0-only WITH Linux-syscall-note'],
    [['GFDL-NIV-1.3+'], 'GFDL-1.3-no-invariants-or-later'],
    [['GPL-3.0-or-later'], 'GPL-3.0-or-later'],
  ])('%j declares %s', (licences, expected) => {
    expect(declaredLicence(files(...licences), 'x')?.expression).toEqual(expected);
  });

  it.each(['GPL', 'LGPL-7', 'public-domain', 'GPL-2 with some exception', 'MIT'])(
    '%s is not guessed at, but keeps its own words',
    (name) => {
      const licence = declaredLicence(`${files(name)}\nLicense: ${name}\n My own\n .\n words.\n`, 'x');
      expect(licence?.expression).toMatch(/^LicenseRef-[a-zA-Z0-9.-]+$/);
      expect(licence?.extracted).toEqual([{ id: licence?.expression, name, text: 'My own\n\nwords.' }]);
    },
  );

  it('takes MIT for MIT where the words are those', () => {
    expect(declaredLicence(`${files('MIT')}\nLicense: MIT\n${mit}\n`, 'x')?.expression).toBe('MIT');
    const x11 = `${mit}\n .\n Except as contained in this notice, the name shall not be used.`;
    expect(declaredLicence(`${files('MIT')}\nLicense: MIT\n${x11}\n`, 'x')?.expression).toMatch(
      /^LicenseRef-/,
    );
  });

  it("prefers the header's licence for the package as a whole", () => {
    expect(declaredLicence(`${header}License: ISC\n\nFiles: *\nLicense: GPL-2\n`, 'x')?.expression).toBe(
      'ISC',
    );
  });

  it('points to the file where the words are missing', () => {
    expect(declaredLicence(files('Odd'), 'pkg')?.extracted[0]?.text).toContain(
      '/usr/share/doc/pkg/copyright',
    );
  });

  it.each(['This package was put together by hand.\nIt is GPL.\n', '', files('')])(
    'says nothing of a file that is not of the format',
    (text) => {
      expect(declaredLicence(text, 'x')).toBeUndefined();
    },
  );
});
