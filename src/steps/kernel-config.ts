import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Diagnostic, UserError } from '../base/errors.ts';
import { parseConfig, settingLine } from '../kernel/fragment.ts';
import { lostOptions } from '../kernel/lost-options.ts';
import { type Asked, type Fragment, mergeFragments } from '../kernel/merge.ts';
import { configScript } from '../kernel/scripts.ts';
import { stepNode } from '../plan/node.ts';
import { sourceFile } from '../plan/source.ts';
import type { StepContext, StepKind, StepNode } from '../plan/types.ts';
import type { BaseConfig, KernelFragment } from '../recipe/types.ts';
import { fileSource, placeOf } from '../recipe/yaml/source.ts';
import type { Toolchain } from './kernel-toolchain.ts';
import { openWorkshop, type SourceOrigin, type Workshop, workshopParts } from './kernel-workshop.ts';

interface ConfigOptions {
  readonly base: BaseConfig;
  readonly suffix: string;
  readonly fragments: readonly { readonly name: string; readonly shipped: boolean }[];
  /** Versions of the machine's own toolchain. */
  readonly host: Readonly<Record<string, string>> | undefined;
}

/** Names in the artifact: the finished configuration, and the version of the source. */
export const configFiles = { config: 'config', version: 'version' } as const;

const fragmentFile = (n: number): string => `fragment ${n}`;

/** Makes the configuration of a kernel from its fragments, and checks that each option came out as it was asked for. */
export const kernelConfigStep: StepKind = {
  name: 'kernel-config',
  version: 1,
  async run(context, json) {
    const options = json as unknown as ConfigOptions;
    const fragments = options.fragments.map((each, n): Fragment => {
      const file = context.files[fragmentFile(n)]?.path ?? '';
      return { ...each, file, text: readFileSync(file, 'utf8') };
    });
    const { asked } = mergeFragments(fragments);
    const workshop = await openWorkshop(context, options.host);
    const input = join(context.scratch, 'in');
    mkdirSync(input, { recursive: true });
    const suffix = options.suffix === '' ? [] : [settingLine('LOCALVERSION', JSON.stringify(options.suffix))];
    const lines = asked.map(({ name, value }) => settingLine(name, value));
    writeFileSync(join(input, 'asked'), `${[...lines, ...suffix].join('\n')}\n`);
    await workshop.run(configScript, { args: [options.base], lock: 'config', input });
    checkAsked(context, workshop, asked, options);
  },
};

function checkAsked(
  context: StepContext,
  workshop: Workshop,
  asked: readonly Asked[],
  { suffix }: ConfigOptions,
): void {
  const result = parseConfig(readFileSync(join(context.out, configFiles.config), 'utf8'));
  const version = readFileSync(join(context.out, configFiles.version), 'utf8').trim();
  const wanted = suffix === '' ? asked : asked.filter(({ name }) => name !== 'LOCALVERSION');
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(join(workshop.dir, 'src', path), 'utf8');
    } catch {
      return undefined;
    }
  };
  const lost = lostOptions(wanted, result, { read, version });
  if (lost.length === 0) return;
  throw new UserError(
    lost.map(
      ({ asked: { fragment, start, end }, message, expected, hint }): Diagnostic => ({
        code: 'option-lost',
        message,
        place: placeOf({ source: fileSource(fragment.file, fragment.text), start, end }),
        expected,
        hint,
      }),
    ),
  );
}

export interface KernelConfigParts {
  readonly source: SourceOrigin;
  readonly toolchain: Toolchain;
  readonly base: BaseConfig;
  readonly suffix: string;
  readonly fragments: readonly KernelFragment[];
}

export function kernelConfigNode({
  source,
  toolchain,
  base,
  suffix,
  fragments,
}: KernelConfigParts): StepNode {
  const { inputs, files, tools, host } = workshopParts(source, toolchain);
  const options = {
    base,
    suffix,
    fragments: fragments.map(({ name, shipped }) => ({ name, shipped })),
    host: host?.versions,
  };
  return stepNode(kernelConfigStep, {
    title: 'configure the kernel',
    options: options,
    inputs,
    files: {
      ...files,
      ...Object.fromEntries(fragments.map(({ file }, n) => [fragmentFile(n), sourceFile(file)])),
    },
    tools,
  });
}
