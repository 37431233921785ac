import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OciBlob } from '../formats/oci-image.ts';
import { stepNode } from '../plan/node.ts';
import type { StepKind, StepNode } from '../plan/types.ts';
import type { RootCompression } from '../recipe/root-media-types.ts';
import { packStream } from '../steps/pack-stream.ts';
import { fileReader } from '../steps/read-file.ts';
import { type RootSource, rootTar } from './root-source.ts';

/** Files of the artifact: the packed layer, and its digests. */
export const ociLayerOutput = { blob: 'layer', facts: 'layer.json' } as const;

/** `layer.json` */
export interface OciLayerFacts extends OciBlob {
  /** SHA-256 of the plain tar. */
  readonly plain: string;
}

interface OciLayerOptions {
  readonly source: RootSource;
  readonly compress: RootCompression;
}

/** Packs one layer of the livefs, or a template's root, as a layer of an image. Images of the same content share it. */
const ociLayerStep: StepKind = {
  name: 'oci-layer',
  version: 1,
  bulk: true,
  async run(context, json) {
    const { source, compress } = json as unknown as OciLayerOptions;
    using reader = fileReader();
    const { plain, packed } = await packStream(context, await rootTar(context, source, [], reader), {
      compress,
      to: join(context.out, ociLayerOutput.blob),
    });
    const facts: OciLayerFacts = { ...packed, plain };
    writeFileSync(join(context.out, ociLayerOutput.facts), JSON.stringify(facts));
  },
};

export function ociLayerNode(
  title: string,
  { source, inputs }: { readonly source: RootSource; readonly inputs: Readonly<Record<string, StepNode>> },
  { compress, tools }: { readonly compress: RootCompression; readonly tools: StepNode },
): StepNode {
  return stepNode(ociLayerStep, {
    title,
    slot: title,
    options: { source: { ...source }, compress },
    inputs,
    tools,
  });
}
