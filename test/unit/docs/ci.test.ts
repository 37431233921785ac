import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/base/package-root.ts';
import { mistakes } from './command-line.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface GithubJob {
  readonly steps: readonly Step[];
}

interface GitlabJob {
  readonly script?: readonly string[];
  readonly before_script?: readonly string[];
  readonly after_script?: readonly string[];
  readonly artifacts?: {
    readonly when?: string;
    readonly paths?: readonly string[];
    readonly reports?: { readonly junit?: string };
  };
}

function read(file: string): string {
  return readFileSync(join(packageRoot(), file), 'utf8');
}

function github(file: string): Readonly<Record<string, GithubJob>> {
  return (parse(read(file)) as { jobs: Readonly<Record<string, GithubJob>> }).jobs;
}

function gitlab(file: string): Readonly<Record<string, GitlabJob>> {
  return parse(read(file)) as Readonly<Record<string, GitlabJob>>;
}

const githubFiles = ['.github/workflows/images.yml', 'docs/ci/github-actions.yml'];
const gitlabFiles = ['.gitlab-ci.yml', 'docs/ci/gitlab-ci.yml'];

/** Every command that a file runs. */
function commands(file: string): string[] {
  const blocks = githubFiles.includes(file)
    ? Object.values(github(file)).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    : Object.values(gitlab(file)).flatMap((job) => [
        ...(job.before_script ?? []),
        ...(job.script ?? []),
        ...(job.after_script ?? []),
      ]);
  return blocks.flatMap((block) => block.trim().split('\n'));
}

function diskbios(file: string): string[] {
  return commands(file).flatMap((line) => /^npx diskbios (.*)$/.exec(line)?.[1] ?? []);
}

/** What follows an option. */
function valueOf(line: string | undefined, option: string): string | undefined {
  return new RegExp(`${option} (\\S+)`).exec(line ?? '')?.[1];
}

describe.each([...githubFiles, ...gitlabFiles])('%s', (file) => {
  test('names only commands and options that are there', () => {
    expect(diskbios(file).length).toBeGreaterThanOrEqual(2);
    expect(diskbios(file).flatMap(mistakes)).toEqual([]);
    const targets = commands(file).flatMap((line) => /^make (\S+)$/.exec(line)?.[1] ?? []);
    for (const target of targets) expect(read('Makefile')).toMatch(new RegExp(`^${target}:`, 'm'));
    const scripts = commands(file).filter((line) => line.startsWith('.'));
    for (const script of scripts) expect(existsSync(join(packageRoot(), script)), script).toBe(true);
  });

  test('builds, then tests with a report, what it names', () => {
    const [build = '', proof = ''] = diskbios(file);
    expect(build).toMatch(/^build "\$RECIPE\.yaml" .*-o out$/);
    expect(proof).toMatch(/^test "\$RECIPE\.yaml" /);
    expect(valueOf(proof, '--junit')).toBe('junit.xml');
    expect(valueOf(proof, '--artifacts')).toBe('test-report');
  });

  test('names no host but examples', () => {
    const hosts = [...read(file).matchAll(/:\/\/([^/\s]+)/g)].map(([, host = '']) => host);
    expect(hosts.filter((host) => !host.endsWith('.example'))).toEqual([]);
  });
});

describe.each(githubFiles)('%s', (file) => {
  const steps = Object.values(github(file)).flatMap((job) => job.steps);

  test('uses only actions of GitHub itself, by their major version', () => {
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.length).toBeGreaterThan(3);
    for (const action of actions) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/);
  });

  test('keeps images and report, also when a test failed', () => {
    const kept = steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@') === true);
    for (const step of kept) expect(step.if).toBe('${{ !cancelled() }}');
    const paths = kept.flatMap((step) => String(step.with?.['path']).trim().split('\n'));
    expect(paths).toEqual(expect.arrayContaining(['junit.xml', 'test-report/', 'out/']));
  });

  test('gives KVM to the runner where there is one, and goes on where there is none', () => {
    const step = steps.find(({ run }) => run?.includes('99-kvm.rules') === true);
    expect(step?.run).toMatch(/^if \[ -e \/dev\/kvm \]; then\n[\s\S]*\nfi\n$/);
  });
});

test('on GitLab images and report are kept, also when a test failed', () => {
  const job = gitlab('docs/ci/gitlab-ci.yml')['images'];
  expect(job?.artifacts?.when).toBe('always');
  expect(job?.artifacts?.paths).toEqual(['out/', 'test-report/']);
  expect(job?.artifacts?.reports?.junit).toBe('junit.xml');
});

test("both of the project's own do what .ci/run does", () => {
  for (const file of ['.github/workflows/images.yml', '.gitlab-ci.yml'])
    expect(commands(file)).toContain('.ci/run');
});

test('templates refuse to change the lock; in this project the locks are not kept', () => {
  for (const file of ['docs/ci/github-actions.yml', 'docs/ci/gitlab-ci.yml'])
    for (const line of diskbios(file).slice(0, 2)) expect(line).toContain(' --locked ');
  expect(read('.gitignore')).toContain('recipes/*.lock.json');
});
