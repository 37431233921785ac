import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';

interface Check {
  readonly name: string;
  /** Met if all settings of one of these are. */
  readonly anyOf: readonly (readonly string[])[];
}

const read = (path: string): string => readFileSync(join(packageRoot(), path), 'utf8');
const folder = 'kernel-configs';
const names = readdirSync(join(packageRoot(), folder)).map((file) => file.replace(/\.config$/, ''));

function settings(name: string): [option: string, value: string][] {
  return read(`${folder}/${name}.config`)
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [, option, value] = /^CONFIG_(\w+)=(.*)$/.exec(line) ?? [];
      if (option !== undefined && value !== undefined) return [[option, value.replaceAll('"', '')]];
      const off = /^# CONFIG_(\w+) is not set$/.exec(line)?.[1];
      return off === undefined ? [] : [[off, 'n']];
    });
}

const together = ['base', 'virtual', 'pe', 'containers', 'hardening'];
const asked = new Map(together.flatMap(settings));

function isMet(setting: string): boolean {
  const [option = '', wanted] = setting.split('=');
  const value = asked.get(option) ?? 'n';
  const among = /^\*(.+)\*$/.exec(wanted ?? '')?.[1];
  return among === undefined ? value === wanted : value.split(',').includes(among);
}

/** The first column of the table of what is left off on purpose; a line may name several. */
const leftOff = (read('docs/kernels.md').split(/<.-- .?left-off -->/)[1] ?? '')
  .split('\n')
  .flatMap((line) => [...(/^\| (`.*?) \|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)])
  .map(([, name]) => name ?? '');

test('hardening does what the published list wants, but for what the manual says is left off on purpose', () => {
  const { checks } = JSON.parse(read('test/fixtures/kernel/hardening-checks.json')) as {
    checks: readonly Check[];
  };
  expect(checks.length).toBeGreaterThan(200);
  const missed = checks.filter(({ anyOf }) => !anyOf.some((all) => all.every(isMet)));
  expect(missed.map(({ name }) => name).sort()).toEqual([...leftOff].sort());
});

test('the shipped fragments for a PC do not contradict each other, so that any of them go together', () => {
  const seen = new Map<string, string>();
  for (const name of names.filter((one) => one !== 'uml')) {
    for (const [option, value] of settings(name)) {
      expect({ name, option, value: seen.get(option) ?? value }).toEqual({ name, option, value });
      seen.set(option, value);
    }
  }
  expect(seen.size).toBeGreaterThan(500);
});

test('each fragment is in the manual', () => {
  const manual = read('docs/kernels.md');
  for (const name of names) expect(manual).toContain(`| \`${name}\` |`);
});
