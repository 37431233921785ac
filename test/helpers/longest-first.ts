import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, those first: so no worker is left alone with a long one at the end. The
 * times differ from machine to machine, the order hardly does. What is not named here comes behind, in the order of names.
 */
const longest = [
  'systems',
  'recipes',
  'recipes-small',
  'takeover',
  'systems-more',
  'broken',
  'engines',
  'lifecycle',
  'test-command',
  'run',
  'agent',
  'build',
  'menu',
  'personalize',
  'systems-network',
  'disk-media',
  'secure-boot',
  'netboot',
  'machine',
];

/** Starts the test files in an order that is always the same. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    if (!files.every(({ project }) => project.name === 'e2e')) return super.sort(files);
    const name = ({ moduleId }: TestSpecification): string => basename(moduleId, '.test.ts');
    const place = (file: TestSpecification): number => {
      const at = longest.indexOf(name(file));
      return at === -1 ? longest.length : at;
    };
    return files.toSorted((one, other) => place(one) - place(other) || name(one).localeCompare(name(other)));
  }
}
