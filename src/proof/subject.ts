import { basename } from 'node:path';
import { type BuildOptions, preparePlan, startTargets, tellWarnings } from '../build/build.ts';
import type { BuildPlan } from '../build/plan.ts';
import type { Artifact } from '../plan/types.ts';
import { defaultTests } from '../recipe/default-tests.ts';
import type { LoadedTests } from '../recipe/load-tests.ts';
import type { BootTest } from '../recipe/test-types.ts';
import { mediumOfFile } from '../recipe/tests/media-files.ts';
import { type BootMediumKind, isBootMedium, type Recipe } from '../recipe/types.ts';
import { readMeta } from '../store/meta.ts';
import { imageFacts, manifestIn } from './image-facts.ts';
import { qemuForImages, qemuTarget, qemuUsedLast, rememberQemu } from './qemu.ts';
import type { ProofImage } from './result.ts';

/** A recipe, an image or a folder for network boot that is put to the proof, with its tests. */
export interface Subject {
  /** Name of the recipe, or of the image's file. */
  readonly name: string;
  readonly version: string | undefined;
  readonly tests: readonly BootTest[];
  /** Where the tests were written; `undefined`: they are built in. */
  readonly place: Recipe['place'] | undefined;
  /** Starts to make or fetch what the cases need: these media, and a QEMU. */
  prepare(media: readonly BootMediumKind[], options: BuildOptions): Promise<Prepared>;
}

/** What is being made ready; each part can be used as soon as it is there. */
export interface Prepared {
  /** Folder of the pinned QEMU. */
  readonly qemu: Promise<string>;
  readonly images: Readonly<Partial<Record<BootMediumKind, Promise<ProofImage>>>>;
}

/** A recipe, whose images are built with the agent in the store. `tests`: instead of the recipe's own. */
export function recipeSubject(recipe: Recipe, tests: LoadedTests | undefined): Subject {
  const { name, version } = recipe;
  return {
    ...{ name, version },
    tests: tests?.tests ?? recipe.tests,
    place: tests?.place ?? recipe.place,
    prepare: (media, options) => build(recipe, media, options),
  };
}

async function build(
  recipe: Recipe,
  media: readonly BootMediumKind[],
  options: BuildOptions,
): Promise<Prepared> {
  const whole = await preparePlan(recipe, { ...options, media, agent: true });
  const wanted = whole.targets.filter(({ medium }) => medium !== undefined);
  const started = wanted.map((target) => ({ ...target, ...target.startsFrom }));
  const plan: BuildPlan = { ...whole, targets: [qemuTarget(whole.lock), ...started] };
  const made = startTargets(plan, options);
  const [qemu, ...artifacts] = made;
  if (qemu === undefined) throw new Error('the plan has no QEMU');
  void Promise.all(made).then(
    () => tellWarnings(plan, options),
    () => undefined,
  );
  const images = started.map(({ medium, file }, i): [BootMediumKind, Promise<ProofImage>] => {
    const artifact = artifacts[i];
    if (medium === undefined || !isBootMedium(medium) || artifact === undefined) {
      throw new Error('a target is no medium that boots');
    }
    return [medium, artifact.then((one) => imageFacts(medium, one.file(file), sumOf(one, file)))];
  });
  const tools = qemu.then(({ id, dir }) => {
    rememberQemu(options.store, id);
    return dir;
  });
  // Whoever needs a part hears why it could not be made; a part that nobody came to need is no crash.
  for (const part of [tools, ...images.map(([, image]) => image)]) part.catch(() => undefined);
  return { qemu: tools, images: Object.fromEntries(images) };
}

/** Media are recorded with their SHA-256 when they are made. */
function sumOf(artifact: Artifact, file: string): string | undefined {
  const record = readMeta(artifact.dir)?.files.find(({ name }) => name === file);
  return record?.sum.startsWith('sha256:') === true ? record.sum.slice('sha256:'.length) : undefined;
}

/** An image that there is already. `tests`: instead of the built-in ones. */
export function imageSubject(file: string, tests: LoadedTests | undefined): Subject {
  return {
    name: basename(file),
    version: manifestIn(file)?.version,
    tests: tests?.tests ?? defaultTests([mediumOfFile(file)]),
    place: tests?.place,
    prepare: (media, options) =>
      Promise.resolve({
        qemu: Promise.resolve(qemuUsedLast(options.store) ?? qemuForImages(options)),
        images: Object.fromEntries(media.map((kind) => [kind, Promise.resolve(imageFacts(kind, file))])),
      }),
  };
}
