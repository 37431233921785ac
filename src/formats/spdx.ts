import { digestOf, type Json } from '../base/json.ts';
import { parseControl, type Stanza, stanzaField } from './control-file.ts';
import { declaredLicence, type ExtractedLicence } from './dep5.ts';
import type { SpdxDocument, SpdxPackage, SpdxRelationship } from './spdx-types.ts';

/** A Debian package for the bill of materials. */
export interface SbomPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly sha256: string;
  /** Path in the archive. */
  readonly path: string;
  /** Its `control` file, where it was read. */
  readonly control: string | undefined;
  /** Its `copyright` file, where it has one. */
  readonly copyright: string | undefined;
}

export interface SbomParts {
  readonly name: string;
  readonly version: string;
  /** Debian's name of the release, for package URLs. */
  readonly suite: string;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** Version of diskbios. */
  readonly builder: string;
  /** Name of the package that holds the kernel. */
  readonly kernel: string;
  readonly packages: readonly SbomPackage[];
  readonly tools: readonly SbomPackage[];
  /** Roots that travel along, and what they are made of. */
  readonly templates?: readonly SbomTemplate[] | undefined;
}

interface SbomTemplate {
  readonly name: string;
  /** Debian's name of the release that it is made of. */
  readonly suite: string;
  readonly packages: readonly SbomPackage[];
}

/** Where the document lies in an image. */
export const sbomPath = 'diskbios/sbom.spdx.json.gz';

const noAssertion = 'NOASSERTION';
const documentId = 'SPDXRef-DOCUMENT';
const imageId = 'SPDXRef-Image';

type IdKind = 'Package' | 'Tool' | 'Template' | `Template-${string}`;

function spdxId(kind: IdKind, name: string): string {
  return `SPDXRef-${kind}-${name.replaceAll('+', '-plus').replace(/[^a-zA-Z0-9.-]/g, '-')}`;
}

/** Package URL (purl-spec, type `deb`): `pkg:deb/debian/lxc@1:6.0.4-4?arch=amd64&distro=trixie`. */
export function debianPurl(pkg: Pick<SbomPackage, 'name' | 'version' | 'arch'>, suite: string): string {
  const encode = (text: string): string => encodeURIComponent(text).replaceAll('%3A', ':');
  return `pkg:deb/debian/${encode(pkg.name)}@${encode(pkg.version)}?arch=${encode(pkg.arch)}&distro=${encode(suite)}`;
}

/** `Jane Doe <jane@example.org>` → `Person: Jane Doe (jane@example.org)`; teams become organizations. */
export function spdxAgent(maintainer: string | undefined): string {
  const match = /^\s*"?([^<"]*?)"?\s*(?:<([^>]*)>)?\s*$/.exec(maintainer ?? '');
  const [, name = '', mail] = match ?? [];
  if (name === '') return noAssertion;
  const group = /\b(team|maintainers?|group|developers|packagers|project|debian)\b/i.test(name);
  return `${group ? 'Organization' : 'Person'}: ${name.replace(/[()]/g, '')}${mail === undefined ? '' : ` (${mail})`}`;
}

/** Names of packages that a relation field (Depends) asks for: one list of alternatives for each comma. */
function relations(control: Stanza, field: string): string[][] {
  const value = stanzaField(control, field)?.replaceAll('\n', ' ') ?? '';
  return value
    .split(',')
    .map((group) => group.split('|').map((one) => one.trim().replace(/[\s(:[].*$/s, '')))
    .filter((group) => group[0] !== '');
}

function describePackage(
  pkg: SbomPackage,
  kind: IdKind,
  suite: string,
): { item: SpdxPackage; extracted: readonly ExtractedLicence[] } {
  const control = pkg.control === undefined ? undefined : parseControl(pkg.control);
  const field = (name: string): string | undefined =>
    control === undefined ? undefined : stanzaField(control, name);
  const licence = pkg.copyright === undefined ? undefined : declaredLicence(pkg.copyright, pkg.name);
  const supplier = spdxAgent(field('Maintainer'));
  const source = field('Source')?.replace(/^(\S+)\s*\((.*)\)$/, '$1 $2') ?? pkg.name;
  const homepage = field('Homepage');
  const summary = field('Description')?.split('\n', 1)[0];
  const item: SpdxPackage = {
    SPDXID: spdxId(kind, pkg.name),
    name: pkg.name,
    versionInfo: pkg.version,
    packageFileName: pkg.path.replace(/^.*\//, ''),
    supplier,
    // A version without a hyphen says that Debian itself wrote it (Debian policy 5.6.12).
    originator: pkg.version.includes('-') ? noAssertion : supplier,
    downloadLocation: noAssertion,
    filesAnalyzed: false,
    checksums: [{ algorithm: 'SHA256', checksumValue: pkg.sha256 }],
    ...(homepage === undefined ? {} : { homepage }),
    sourceInfo: `built by Debian from the source package ${source.includes(' ') ? source : `${source} ${pkg.version}`}`,
    licenseConcluded: noAssertion,
    licenseDeclared: licence?.expression ?? noAssertion,
    copyrightText: noAssertion,
    ...(summary === undefined ? {} : { summary }),
    externalRefs: [
      {
        referenceCategory: 'PACKAGE-MANAGER',
        referenceType: 'purl',
        referenceLocator: debianPurl(pkg, suite),
      },
    ],
  };
  return { item, extracted: licence?.extracted ?? [] };
}

/** What the image's packages need of each other, as far as it is in the image. */
function dependencies(packages: readonly SbomPackage[]): SpdxRelationship[] {
  const controls = packages.map((pkg) => ({
    name: pkg.name,
    control: pkg.control === undefined ? undefined : parseControl(pkg.control),
  }));
  const providers = new Map(packages.map((pkg) => [pkg.name, pkg.name]));
  for (const { name, control } of controls) {
    for (const [provided = ''] of control === undefined ? [] : relations(control, 'Provides')) {
      if (!providers.has(provided)) providers.set(provided, name);
    }
  }
  return controls.flatMap(({ name, control }) => {
    if (control === undefined) return [];
    const wanted = [...relations(control, 'Pre-Depends'), ...relations(control, 'Depends')];
    const found = wanted.flatMap(
      (group) => group.map((one) => providers.get(one)).find((one) => one !== undefined) ?? [],
    );
    return [...new Set(found)]
      .filter((other) => other !== name)
      .sort()
      .map((other) => relationship(spdxId('Package', name), 'DEPENDS_ON', spdxId('Package', other)));
  });
}

function relationship(
  from: string,
  relationshipType: SpdxRelationship['relationshipType'],
  to: string,
): SpdxRelationship {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}

/** What is not a Debian package: the image itself, and diskbios inside and outside of it. */
function ownPackage(id: string, name: string, version: string, more: Partial<SpdxPackage> = {}): SpdxPackage {
  return {
    SPDXID: id,
    name,
    versionInfo: version,
    supplier: noAssertion,
    downloadLocation: noAssertion,
    filesAnalyzed: false,
    licenseConcluded: noAssertion,
    licenseDeclared: noAssertion,
    copyrightText: noAssertion,
    ...more,
  };
}

const byName = (a: SbomPackage, b: SbomPackage): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** The software bill of materials of an image as an SPDX 2.3 document. The same parts give the same document. */
export function spdxDocument(parts: SbomParts): SpdxDocument {
  const inside = [...parts.packages].sort(byName);
  const tools = [...parts.tools].sort(byName);
  const builder = ownPackage(spdxId('Tool', 'diskbios'), 'diskbios', parts.builder, {
    licenseDeclared: 'MIT',
    primaryPackagePurpose: 'APPLICATION',
    summary: 'what built the image',
  });
  const programs = ownPackage(spdxId('Package', 'diskbios-pe'), 'diskbios-pe', parts.builder, {
    licenseDeclared: 'MIT',
    summary: "diskbios's own programs and template files in the image",
  });
  const described = [
    ...inside.map((pkg) => describePackage(pkg, 'Package', parts.suite)),
    ...tools.map((pkg) => describePackage(pkg, 'Tool', parts.suite)),
  ];
  const templates = (parts.templates ?? []).map(({ name, suite, packages }) => ({
    item: ownPackage(spdxId('Template', name), name, parts.version, { summary: `a root of Debian ${suite}` }),
    packages: [...packages].sort(byName).map((pkg) => describePackage(pkg, `Template-${name}`, suite).item),
  }));
  const image = ownPackage(imageId, parts.name, parts.version, { summary: 'the bootable image' });
  const extracted = new Map(
    described.flatMap(({ extracted: list }) => list.map((one) => [one.id, one] as const)),
  );
  const kernelId = spdxId('Package', parts.kernel);
  const document: SpdxDocument = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: documentId,
    name: `${parts.name}-${parts.version}`,
    documentNamespace: '',
    creationInfo: {
      created: new Date(parts.epoch * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
      creators: [`Tool: diskbios-${parts.builder}`],
    },
    packages: [
      image,
      programs,
      builder,
      ...described.map(({ item }) =>
        item.SPDXID === kernelId ? { ...item, comment: 'the kernel that the image boots' } : item,
      ),
      ...templates.flatMap(({ item, packages }) => [item, ...packages]),
    ],
    ...(extracted.size === 0
      ? {}
      : {
          hasExtractedLicensingInfos: [...extracted.values()]
            .sort((a, b) => (a.id < b.id ? -1 : 1))
            .map(({ id, name, text }) => ({ licenseId: id, name, extractedText: text })),
        }),
    relationships: [
      relationship(documentId, 'DESCRIBES', imageId),
      relationship(imageId, 'CONTAINS', programs.SPDXID),
      ...inside.map((pkg) => relationship(imageId, 'CONTAINS', spdxId('Package', pkg.name))),
      ...dependencies(inside),
      ...templates.flatMap(({ item, packages }) => [
        relationship(imageId, 'CONTAINS', item.SPDXID),
        ...packages.map(({ SPDXID }) => relationship(item.SPDXID, 'CONTAINS', SPDXID)),
      ]),
      relationship(builder.SPDXID, 'BUILD_TOOL_OF', imageId),
      ...tools.map((pkg) => relationship(spdxId('Tool', pkg.name), 'BUILD_TOOL_OF', imageId)),
    ],
  };
  // No time and no chance in it: another content has another name, the same content the same.
  const digest = digestOf(document as unknown as Json).slice(0, 32);
  const name = `${parts.name}-${parts.version}`.replace(/[^a-zA-Z0-9.-]/g, '-');
  return { ...document, documentNamespace: `https://spdx.org/spdxdocs/diskbios-${name}-${digest}` };
}
