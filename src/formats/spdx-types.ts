/** The parts of SPDX 2.3's JSON form that diskbios writes (SPDX specification 2.3, clauses 6 to 11). */
export interface SpdxDocument {
  readonly spdxVersion: 'SPDX-2.3';
  readonly dataLicense: 'CC0-1.0';
  readonly SPDXID: 'SPDXRef-DOCUMENT';
  readonly name: string;
  readonly documentNamespace: string;
  readonly creationInfo: {
    /** `YYYY-MM-DDThh:mm:ssZ` */
    readonly created: string;
    readonly creators: readonly string[];
  };
  readonly packages: readonly SpdxPackage[];
  readonly hasExtractedLicensingInfos?: readonly {
    readonly licenseId: string;
    readonly name: string;
    readonly extractedText: string;
  }[];
  readonly relationships: readonly SpdxRelationship[];
}

export interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string;
  readonly packageFileName?: string;
  readonly supplier: string;
  readonly originator?: string;
  readonly downloadLocation: string;
  readonly filesAnalyzed: boolean;
  readonly checksums?: readonly { readonly algorithm: 'SHA256'; readonly checksumValue: string }[];
  readonly homepage?: string;
  readonly sourceInfo?: string;
  readonly licenseConcluded: string;
  readonly licenseDeclared: string;
  readonly copyrightText: string;
  readonly summary?: string;
  readonly comment?: string;
  readonly primaryPackagePurpose?: 'APPLICATION';
  readonly externalRefs?: readonly {
    readonly referenceCategory: 'PACKAGE-MANAGER';
    readonly referenceType: 'purl';
    readonly referenceLocator: string;
  }[];
}

export interface SpdxRelationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS' | 'DEPENDS_ON' | 'BUILD_TOOL_OF';
  readonly relatedSpdxElement: string;
}
