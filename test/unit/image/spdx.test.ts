import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import {
  debianPurl,
  type SbomPackage,
  type SbomParts,
  spdxAgent,
  spdxDocument,
} from '../../../src/formats/spdx.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../fixtures/spdx-2.3.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv({ allErrors: true, strict: false });
formats.default(ajv);
const validate = ajv.compile(schema);

const pkg = (name: string, version: string, control: string, copyright?: string): SbomPackage => ({
  name,
  version,
  arch: 'amd64',
  sha256: 'ab'.repeat(32),
  path: `pool/main/${name}_${version}.deb`,
  control: `Package: ${name}\nVersion: ${version}\n${control}`,
  copyright,
});
const dep5 = (licence: string): string =>
  `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: x\nLicense: ${licence}\n`;

const parts: SbomParts = {
  name: 'my box',
  version: '1.0',
  suite: 'trixie',
  epoch: 1_700_000_000,
  builder: '0.1.0',
  kernel: 'linux-image-x',
  packages: [
    pkg(
      'linux-image-x',
      '6.12-1',
      'Maintainer: Debian Kernel Team <k@example.org>\nDepends: kmod | other, libc6\n',
      dep5('GPL-2'),
    ),
    pkg(
      'kmod',
      '34.2-2',
      "Maintainer: Jane D'Oe <j@example.org>\nDepends: libc6 (>= 2.38), missing\nPre-Depends: awk\n",
    ),
    pkg(
      'libc6',
      '2.41-12+deb13u4',
      'Source: glibc\nHomepage: https://example.org/\nDescription: C library\n more\n',
      dep5('LGPL-2.1+ and Odd'),
    ),
    pkg('libstdc++6', '1:14', 'Maintainer: A (B) C <x@example.org>\nProvides: awk (= 1)\n'),
    pkg('adduser', '3.152', 'Maintainer: Jane <j@example.org>\n'),
  ],
  tools: [{ ...pkg('xorriso', '1.5.6-1', ''), control: undefined }],
};

const document = spdxDocument(parts);
const byName = (name: string) => document.packages.find((item) => item.name === name);

describe('the software bill of materials', () => {
  it('is valid SPDX 2.3', () => {
    validate(document);
    expect(validate.errors).toBeNull();
  });

  it('is refused by the schema where something is wrong with it', () => {
    const wrong = [
      { ...document, spdxVersion: 'SPDX-2.2' },
      { ...document, creationInfo: { ...document.creationInfo, created: '2023-11-14' } },
      { ...document, packages: [{ SPDXID: 'SPDXRef-a', name: 'a' }] },
      { ...document, packages: document.packages.map((item) => ({ ...item, SPDXID: 'Package a' })) },
      { ...document, packages: document.packages.map((item) => ({ ...item, supplier: 'Jane' })) },
      {
        ...document,
        relationships: [{ spdxElementId: 'SPDXRef-a', relationshipType: 'HAS', relatedSpdxElement: 'NONE' }],
      },
      { ...document, unknown: 1 },
    ];
    expect(wrong.map((one) => validate(one))).toEqual(wrong.map(() => false));
  });

  it('has unique ids, and relationships only between what exists', () => {
    const ids = [document.SPDXID, ...document.packages.map((item) => item.SPDXID)];
    expect(new Set(ids).size).toBe(ids.length);
    for (const { spdxElementId, relatedSpdxElement } of document.relationships) {
      expect(ids).toContain(spdxElementId);
      expect(ids).toContain(relatedSpdxElement);
    }
  });

  it('defines every licence it refers to', () => {
    const defined = document.hasExtractedLicensingInfos?.map((info) => info.licenseId) ?? [];
    const used = document.packages.flatMap((item) => item.licenseDeclared.match(/LicenseRef-[\w.-]+/g) ?? []);
    expect(used).not.toEqual([]);
    expect([...new Set(used)].sort()).toEqual([...defined].sort());
  });

  it('says what depends on what, as far as it is in the image', () => {
    const depends = document.relationships
      .filter((relation) => relation.relationshipType === 'DEPENDS_ON')
      .map((relation) => `${relation.spdxElementId.slice(16)} ${relation.relatedSpdxElement.slice(16)}`);
    expect(depends).toEqual([
      'kmod libc6',
      'kmod libstdc-plus-plus6',
      'linux-image-x kmod',
      'linux-image-x libc6',
    ]);
  });

  it('describes the image, what it holds, and what built it', () => {
    const of = (type: string) =>
      document.relationships.filter((relation) => relation.relationshipType === type);
    expect(of('DESCRIBES')).toEqual([
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: 'SPDXRef-Image',
      },
    ]);
    expect(of('CONTAINS')).toHaveLength(parts.packages.length + 1);
    expect(of('BUILD_TOOL_OF').map((relation) => relation.spdxElementId)).toEqual([
      'SPDXRef-Tool-diskbios',
      'SPDXRef-Tool-xorriso',
    ]);
    expect(byName('linux-image-x')?.comment).toContain('kernel');
  });

  it('declares licences from copyright files, and says when it does not know', () => {
    expect(byName('linux-image-x')?.licenseDeclared).toBe('GPL-2.0-only');
    expect(byName('libc6')?.licenseDeclared).toMatch(/^LGPL-2.1-or-later AND LicenseRef-Odd-/);
    expect(byName('kmod')?.licenseDeclared).toBe('NOASSERTION');
  });

  it('takes supplier, origin, homepage and source from the control file', () => {
    expect(byName('adduser')).toMatchObject({
      supplier: 'Person: Jane (j@example.org)',
      originator: 'Person: Jane (j@example.org)',
    });
    expect(byName('kmod')).toMatchObject({
      supplier: "Person: Jane D'Oe (j@example.org)",
      originator: 'NOASSERTION',
    });
    expect(byName('libc6')).toMatchObject({
      homepage: 'https://example.org/',
      summary: 'C library',
      sourceInfo: 'built by Debian from the source package glibc 2.41-12+deb13u4',
    });
  });

  it('depends on nothing but its parts: no time, no chance, no order', () => {
    const other = spdxDocument({ ...parts, packages: [...parts.packages].reverse() });
    expect(JSON.stringify(other)).toBe(JSON.stringify(document));
    expect(document.creationInfo.created).toBe('2023-11-14T22:13:20Z');
    const changed = spdxDocument({ ...parts, packages: parts.packages.slice(1) });
    expect(changed.documentNamespace).not.toBe(document.documentNamespace);
  });
});

describe('names in it', () => {
  it('writes package URLs', () => {
    expect(debianPurl({ name: 'libstdc++6', version: '1:14.2~rc+b1', arch: 'amd64' }, 'trixie')).toBe(
      'pkg:deb/debian/libstdc%2B%2B6@1:14.2~rc%2Bb1?arch=amd64&distro=trixie',
    );
  });

  it('tells persons from teams', () => {
    expect(spdxAgent('Debian GCC Maintainers <gcc@example.org>')).toBe(
      'Organization: Debian GCC Maintainers (gcc@example.org)',
    );
    expect(spdxAgent(undefined)).toBe('NOASSERTION');
  });
});

describe('templates that travel along', () => {
  const bash = { ...pkg('bash', '5.2-1', ''), control: undefined };
  const libc = { ...pkg('libc6', '2.36-9', ''), control: undefined };
  const document = spdxDocument({
    ...parts,
    templates: [{ name: 'debian', suite: 'bookworm', packages: [libc, bash] }],
  });

  it('are parts of the image with packages of their own, also where it has one of that name', () => {
    expect(validate(document)).toBe(true);
    const ids = document.packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    const inside = document.relationships.filter(
      ({ spdxElementId }) => spdxElementId === 'SPDXRef-Template-debian',
    );
    expect(
      inside.map(({ relationshipType, relatedSpdxElement }) => [relationshipType, relatedSpdxElement]),
    ).toEqual([
      ['CONTAINS', 'SPDXRef-Template-debian-bash'],
      ['CONTAINS', 'SPDXRef-Template-debian-libc6'],
    ]);
    const purls = JSON.stringify(document.packages);
    expect(purls).toContain('libc6@2.36-9?arch=amd64&distro=bookworm');
    expect(purls).toContain('libc6@2.41-12%2Bdeb13u4?arch=amd64&distro=trixie');
  });
});
