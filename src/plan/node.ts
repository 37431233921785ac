import { digestOf, type Json } from '../base/json.ts';
import type { SourceFile, StepKind, StepNode } from './types.ts';

interface NodeParts {
  readonly title: string;
  /** Default: the kind's name. */
  readonly slot?: string;
  readonly options?: Json;
  readonly inputs?: Readonly<Record<string, StepNode>>;
  readonly files?: Readonly<Record<string, SourceFile>>;
  readonly tools?: StepNode | undefined;
  /** For kinds that write times. */
  readonly epoch?: number;
}

/** Makes a step node and its id.  */
export function stepNode(kind: StepKind, parts: NodeParts): StepNode {
  const { title, options = null, inputs = {}, files = {}, tools, epoch } = parts;
  const id = digestOf({
    kind: kind.name,
    version: kind.version,
    options,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, node]) => [name, node.id])),
    files: Object.fromEntries(Object.entries(files).map(([name, file]) => [name, file.sha256])),
    tools: tools?.id,
    epoch,
  });
  return Object.freeze({
    kind,
    id,
    title,
    slot: parts.slot ?? kind.name,
    options,
    inputs,
    files,
    tools,
    epoch,
  });
}
