import type { StepNode } from './types.ts';

/** A graph of steps as text for a drawing tool. Package steps are drawn as one box each for what reads them. */
export type GraphFormat = 'mermaid' | 'dot';

interface Edge {
  readonly from: string;
  readonly to: string;
}

const packageKinds = new Set(['package']);

function collect(targets: readonly StepNode[]): { nodes: Map<string, string>; edges: Edge[] } {
  const nodes = new Map<string, string>();
  const edges: Edge[] = [];
  const name = (node: StepNode): string => `s${node.id.slice(0, 8)}`;
  const visit = (node: StepNode): void => {
    if (nodes.has(name(node))) return;
    nodes.set(name(node), node.title);
    const inputs = Object.values(node.inputs);
    const packages = inputs.filter((input) => packageKinds.has(input.kind.name));
    if (packages.length > 0) {
      const box = `${name(node)}p`;
      nodes.set(box, packages.length === 1 ? (packages[0]?.title ?? '') : `${packages.length} packages`);
      edges.push({ from: box, to: name(node) });
    }
    const others = inputs.filter((input) => !packageKinds.has(input.kind.name));
    for (const input of node.tools === undefined ? others : [...others, node.tools]) {
      edges.push({ from: name(input), to: name(node) });
      visit(input);
    }
  };
  for (const target of targets) visit(target);
  return { nodes, edges };
}

/** The steps below `targets` as a Mermaid flowchart or a Graphviz digraph. */
export function drawGraph(targets: readonly StepNode[], format: GraphFormat): string {
  const { nodes, edges } = collect(targets);
  const quoted = (text: string): string => `"${text.replaceAll('"', "'")}"`;
  const lines =
    format === 'mermaid'
      ? [
          'flowchart LR',
          ...[...nodes].map(([id, title]) => `  ${id}[${quoted(title)}]`),
          ...edges.map(({ from, to }) => `  ${from} --> ${to}`),
        ]
      : [
          'digraph plan {',
          '  rankdir=LR; node [shape=box];',
          ...[...nodes].map(([id, title]) => `  ${id} [label=${quoted(title)}];`),
          ...edges.map(({ from, to }) => `  ${from} -> ${to};`),
          '}',
        ];
  return `${lines.join('\n')}\n`;
}
