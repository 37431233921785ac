import { cpSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CommandError, FailedError, UserError } from '../base/errors.ts';
import { Tree } from '../formats/tree.ts';
import { parseConfig } from '../kernel/fragment.ts';
import { imageMistake } from '../kernel/image-options.ts';
import { buildProgress } from '../kernel/progress.ts';
import { buildScript } from '../kernel/scripts.ts';
import { stepNode } from '../plan/node.ts';
import { sourceFile } from '../plan/source.ts';
import type { StepContext, StepKind, StepNode } from '../plan/types.ts';
import type { LivefsFormat } from '../recipe/types.ts';
import { metaName } from '../store/meta.ts';
import { configFiles, type KernelConfigParts, kernelConfigNode } from './kernel-config.ts';
import { chooseObjects, noteSize } from './kernel-objects.ts';
import { openWorkshop, workshopParts } from './kernel-workshop.ts';
import { saveTree } from './tree-file.ts';

interface BuildOptions {
  readonly host: Readonly<Record<string, string>> | undefined;
}

const configFile = 'config';

/**
 * Builds the kernel of one finished configuration. The artifact looks like that of a package: `tree.json` with
 * `boot/vmlinuz-RELEASE`, and below `usr/lib/modules/RELEASE` the modules and the lists of what is built in.
 */
export const kernelBuildStep: StepKind = {
  name: 'kernel-build',
  version: 1,
  async run(context, json) {
    const { host } = json as unknown as BuildOptions;
    const config = context.files[configFile];
    if (config === undefined) throw new Error('a kernel without a configuration');
    const text = readFileSync(config.path, 'utf8');
    const values = parseConfig(text);
    const workshop = await openWorkshop(context, host);
    const input = join(context.scratch, 'in');
    mkdirSync(input, { recursive: true });
    cpSync(config.path, join(input, 'config'));
    const targets = ['bzImage', ...([...values.values()].includes('m') ? ['modules'] : [])];
    const objects = chooseObjects(join(workshop.dir, 'src'), text);
    const progress = buildProgress(
      () => performance.now(),
      (line) => context.say(line),
    );
    const build = (): Promise<void> =>
      workshop.run(buildScript, {
        args: [objects, String(availableParallelism()), ...targets],
        lock: objects,
        input,
        onLine: progress.take,
      });
    try {
      await build();
    } catch (error) {
      throw buildError(error, context);
    }
    noteSize(workshop.kept);
    writeTree(context);
  },
};

function buildError(error: unknown, context: StepContext): unknown {
  if (!(error instanceof CommandError) || context.signal.aborted) return error;
  const lines = error.lastLines.split('\n');
  const first = lines.find((line) => /\berror\b|\*\*\*/.test(line)) ?? lines.at(-1) ?? '';
  return new FailedError('kernel-build', `the kernel does not build: ${first.trim()}`, {
    hint: 'the source may need an option that the configuration leaves out; `--verbose` shows the command',
    cause: error,
  });
}

/** Gives the result the form of a package's artifact. */
function writeTree(context: StepContext): void {
  const release = readFileSync(join(context.out, 'release'), 'utf8').trim();
  const tree = new Tree();
  const origin = 'kernel';
  const common = { uid: 0, gid: 0, mtime: 0, origin };
  const add = (path: string, file: string): void => {
    const stat = lstatSync(file);
    if (stat.isDirectory()) {
      tree.add({ ...common, path, type: 'dir', mode: 0o755 });
      for (const name of readdirSync(file).sort()) add(`${path}/${name}`, join(file, name));
    } else if (stat.isSymbolicLink())
      tree.add({ ...common, path, type: 'symlink', mode: 0o777, target: readlinkSync(file) });
    else
      tree.add({
        ...{ ...common, path, type: 'file', mode: 0o644, size: stat.size },
        content: { file, offset: 0 },
      });
  };
  add(`boot/vmlinuz-${release}`, join(context.out, 'bzImage'));
  add(`usr/lib/modules/${release}`, join(context.out, 'root', 'lib', 'modules', release));
  saveTree(join(context.out, 'tree.json'), tree.list());
}

/** The build of a configuration that has been made: of its bytes, whatever fragments they come from. */
function kernelBuildNode(config: string, { source, toolchain }: KernelConfigParts): StepNode {
  const { inputs, files, tools, host } = workshopParts(source, toolchain);
  return stepNode(kernelBuildStep, {
    title: 'compile the kernel',
    options: { host: host?.versions },
    inputs,
    files: { ...files, [configFile]: sourceFile(config) },
    tools,
  });
}

const configInput = 'config';

interface FromSourceOptions {
  /** What the kernel is to start. */
  readonly livefs: LivefsFormat;
}

/** What is compiled is known only when the configuration is there; then its artifact is taken over, file by file. */
function fromSourceStep(parts: KernelConfigParts): StepKind {
  return {
    name: 'kernel-from-source',
    version: 2,
    waits: true,
    async run(context, json) {
      const { livefs } = json as unknown as FromSourceOptions;
      const config = context.inputs[configInput];
      if (config === undefined) throw new Error('a kernel without a configuration');
      const mistake = imageMistake(
        parseConfig(readFileSync(config.file(configFiles.config), 'utf8')),
        livefs,
      );
      if (mistake !== undefined) throw new UserError(mistake);
      const made = await context.make(kernelBuildNode(config.file(configFiles.config), parts));
      const take = (from: string, to: string): void => {
        for (const entry of readdirSync(from, { withFileTypes: true })) {
          const [source, target] = [join(from, entry.name), join(to, entry.name)];
          if (entry.isDirectory()) {
            mkdirSync(target);
            take(source, target);
          } else if (entry.name !== metaName) linkSync(source, target);
        }
      };
      take(made.dir, context.out);
      cpSync(config.file(configFiles.config), join(context.out, configFiles.config));
    },
  };
}

/** A kernel that is built from source: its artifact is like that of a package with a kernel, and holds its `config`. */
export function kernelFromSourceNode(parts: KernelConfigParts, livefs: LivefsFormat): StepNode {
  return stepNode(fromSourceStep(parts), {
    title: 'build the kernel',
    options: { livefs },
    inputs: { [configInput]: kernelConfigNode(parts) },
  });
}
