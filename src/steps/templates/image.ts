import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Json } from '../../base/json.ts';
import type { TemplateFile } from '../../base/system.ts';
import { templateText } from '../../base/template-file.ts';
import { stepNode } from '../../plan/node.ts';
import type { StepKind, StepNode } from '../../plan/types.ts';
import { type RootFacts, rootFiles } from './root.ts';

/** Names in the artifact. */
export const templateFiles = { image: 'root.squashfs', description: 'template.json' } as const;

interface ImageOptions {
  readonly name: string;
  readonly version: string;
}

/** Packs the root of a template as the PE mounts it, with its description. */
export const templateImageStep: StepKind = {
  name: 'template-image',
  version: 1,
  bulk: true,
  async run(context, json) {
    const { name, version } = json as unknown as ImageOptions;
    const root = context.inputs['root'];
    if (root === undefined) throw new Error('the template has no root');
    const image = join(context.out, templateFiles.image);
    const argv = context.tool('usr/bin/sqfstar', '-quiet', '-no-progress', '-comp', 'zstd');
    // Beyond 9, a hundredth less takes many times as long.
    argv.push('-Xcompression-level', '9', '-root-time', String(context.epoch), '-root-mode', '0755');
    argv.push('-root-uid', '0', '-root-gid', '0', image);
    const stdin = openSync(root.file(rootFiles.tar), 'r');
    try {
      await context.run(argv, { stdin });
    } finally {
      closeSync(stdin);
    }
    const facts = JSON.parse(readFileSync(root.file(rootFiles.facts), 'utf8')) as RootFacts;
    const hash = createHash('sha256');
    await pipeline(createReadStream(image), hash);
    const description: TemplateFile = {
      ...{ format: 1, name, version, form: 'squashfs', source: facts.source },
      ...{ sha256: hash.digest('hex'), size: statSync(image).size, created: context.epoch * 1000 },
      ...{ init: facts.init, env: facts.env },
    };
    writeFileSync(join(context.out, templateFiles.description), templateText(description));
  },
};

export function templateImageStepNode(
  root: StepNode,
  { name, version }: ImageOptions,
  parts: { readonly tools: StepNode; readonly epoch: number },
): StepNode {
  return stepNode(templateImageStep, {
    title: `pack the template ${name}`,
    slot: `template-image ${name}`,
    options: { name, version } satisfies Json,
    inputs: { root },
    tools: parts.tools,
    epoch: parts.epoch,
  });
}
