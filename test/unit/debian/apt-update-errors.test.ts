import { expect, test } from 'vitest';
import { repositoriesOf } from '../../../src/debian/apt-repositories.ts';
import { updateError } from '../../../src/debian/apt-update-errors.ts';
import type { Failure } from './helpers/failure.ts';
import { makeRecipe } from './helpers/world.ts';

const extra = {
  name: 'extra',
  url: 'http://extra.example/apt',
  suite: 'stable',
  components: ['main'],
  key: '/k.gpg',
};
const recipe = makeRecipe('/x', { repositories: [extra] });
const mirrors = {
  main: 'http://mirror.example/debian',
  security: 'http://mirror.example/debian-security',
  repositories: { extra: extra.url },
  from: 'test',
};
const context = { recipe, mirrors, repositories: repositoriesOf(recipe, mirrors) };

function read(...lines: string[]): Failure | undefined {
  return updateError(`${lines.join('\n')}\n`, context) as Failure | undefined;
}

const unsigned = (base: string, suite: string): string =>
  `E: The repository '${base} ${suite} InRelease' is not signed.`;

test('apt 2 (GnuPG) and apt 3 (Sequoia) say it differently when the key of a repository is another', () => {
  const apt2 =
    "W: GPG error: http://extra.example/apt stable InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131";
  const apt3 =
    'W: OpenPGP signature verification failed: http://extra.example/apt stable InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 6ED0E7B82643E131, which is needed to verify signature.';
  for (const line of [apt2, apt3]) {
    const error = read(line, unsigned('http://extra.example/apt', 'stable'));
    expect(error?.diagnostics).toMatchObject([
      { code: 'wrong-key', place: { text: 'packages.repositories.0.key' } },
    ]);
    expect(error?.message).toContain('6ED0E7B82643E131');
    const debians = line.replaceAll('http://extra.example/apt stable', 'http://mirror.example/debian trixie');
    const failure = read(debians, unsigned('http://mirror.example/debian', 'trixie'));
    expect(failure).toMatchObject({ name: 'FailedError', code: 'bad-signature' });
  }
});

test('a damaged signature of a repository is no mistake of the recipe', () => {
  const error = read(
    'W: GPG error: http://extra.example/apt stable InRelease: The following signatures were invalid: BADSIG 6ED0E7B82643E131 Extra',
  );
  expect(error).toMatchObject({ name: 'FailedError', code: 'bad-signature' });
});

test('warnings that take nothing away are no error', () => {
  expect(
    read(
      'W: http://extra.example/apt/dists/stable/InRelease: Policy will reject signature within a year, see --audit for details',
    ),
  ).toBeUndefined();
  expect(
    read('N: See apt-secure(8) manpage for repository creation and user configuration details.'),
  ).toBeUndefined();
});

test('a list that could not be fetched is an error, also where apt only warns', () => {
  const line =
    "W: Failed to fetch http://mirror.example/debian/dists/trixie/InRelease  Could not resolve 'mirror.example'";
  expect(
    read(line, 'W: Some index files failed to download. They have been ignored, or old ones used instead.'),
  ).toMatchObject({
    code: 'mirror-unreachable',
  });
});

test('a repository without packages for the architecture is named', () => {
  const error = read(
    "W: Skipping acquire of configured file 'main/binary-amd64/Packages' as repository 'http://extra.example/apt stable InRelease' doesn't support architecture 'amd64'",
  );
  expect(error?.diagnostics).toMatchObject([{ code: 'no-such-arch' }]);
});

test('an error that is not known is shown as apt says it', () => {
  expect(read('E: The list of sources could not be read.')?.message).toContain(
    'The list of sources could not be read.',
  );
});
