import type { Json } from '../base/json.ts';
import { ociTag } from '../formats/oci-image.ts';
import { stepNode } from '../plan/node.ts';
import type { StepNode } from '../plan/types.ts';
import type { Arch, Recipe } from '../recipe/types.ts';
import { ociLayerNode } from './oci-layer-step.ts';
import { type OciOptions, ociOutput, ociStep } from './oci-step.ts';
import { rootSource } from './root-source.ts';
import type { Medium, MediumParts } from './types.ts';

/** Go's names for Debian's architectures. */
const architectures: Readonly<Record<Arch, string>> = { amd64: 'amd64' };

function ociNode(recipe: Recipe, parts: MediumParts): StepNode {
  const spec = recipe.media.oci;
  if (spec === undefined) throw new Error('the recipe has no media.oci');
  const { form, compress, name, command } = spec;
  const { source, inputs } = rootSource(recipe, parts, spec);
  const how = { compress, tools: parts.tools };
  const whole = inputs['root'];
  const layers =
    whole === undefined
      ? source.layers.map((layer) => ({
          title: `layer ${layer}`,
          node: ociLayerNode(
            `pack the layer ${layer} for containers`,
            {
              source: { ...source, layers: [layer] },
              inputs: { [`layer ${layer}`]: inputs[`layer ${layer}`] as StepNode },
            },
            how,
          ),
        }))
      : [{ title: 'the root', node: ociLayerNode('pack the root for containers', { source, inputs }, how) }];
  const options: OciOptions = {
    ...{ form, compress, name, command },
    tag: ociTag(recipe.version),
    title: spec.of.kind === 'livefs' ? recipe.name : spec.of.name,
    version: recipe.version,
    architecture: architectures[recipe.arch],
    layers: layers.map(({ title }) => ({ input: title, title })),
  };
  return stepNode(ociStep, {
    title: `put the container image ${name} together`,
    options: options as unknown as Json,
    inputs: {
      ...Object.fromEntries(layers.map(({ title, node }) => [title, node])),
      ...(whole === undefined ? {} : { root: whole }),
    },
    epoch: parts.epoch,
  });
}

export const ociMedium: Medium = {
  kind: 'oci',
  describe: 'a container image, for Podman, Docker and containerd',
  files(recipe, parts) {
    const { filename = '', form } = recipe.media.oci ?? {};
    const node = ociNode(recipe, parts);
    return form === 'folder'
      ? [{ name: filename, node, file: ociOutput.folder, folder: true }]
      : [{ name: filename, node, file: ociOutput.archive }];
  },
};
