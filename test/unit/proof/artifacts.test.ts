import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { checkPlace, openArtifacts, reportName } from '../../../src/proof/artifacts.ts';

let parent = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'artifacts-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test('a run takes the place of the one before as a whole, when it is complete', () => {
  const place = join(parent, 'tests', 'box');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, reportName), 'old');
  writeFileSync(join(place, 'of-old'), '');

  const artifacts = openArtifacts(place);
  writeFileSync(join(artifacts.caseFolder('one.uefi'), 'pe.serial.log'), 'hello');
  writeFileSync(join(artifacts.dir, reportName), 'new');
  expect(readFileSync(join(place, reportName), 'utf8')).toBe('old');
  expect(artifacts.nameOf(join(artifacts.caseFolder('one.uefi'), 'pe.serial.log'))).toBe(
    'cases/one.uefi/pe.serial.log',
  );

  artifacts.publish();
  artifacts.discard();
  expect(readFileSync(join(place, reportName), 'utf8')).toBe('new');
  expect(readdirSync(place).sort()).toEqual(['cases', reportName]);
  expect(readdirSync(join(parent, 'tests'))).toEqual(['box']);
});

test('a run that is given up leaves the one before', () => {
  const place = join(parent, 'box');
  mkdirSync(place);
  writeFileSync(join(place, reportName), 'old');
  openArtifacts(place).discard();
  expect(readdirSync(parent)).toEqual(['box']);
  expect(readFileSync(join(place, reportName), 'utf8')).toBe('old');
});

test('what a killed run has left is removed, and nothing else', () => {
  const noProcess = 2 ** 22 + 1;
  for (const name of [`p${noProcess}-${noProcess}-abc`, `p${noProcess}-notes`, 'p1-2-abc', 'mine']) {
    mkdirSync(join(parent, name));
  }
  openArtifacts(join(parent, 'box')).discard();
  expect(readdirSync(parent).sort()).toEqual(['mine', 'p1-2-abc', `p${noProcess}-notes`]);
});

test("somebody's folder is never replaced", () => {
  expect(() => checkPlace(join(parent, 'not-there'))).not.toThrow();
  expect(() => checkPlace(parent)).not.toThrow();
  writeFileSync(join(parent, 'thesis.txt'), '');
  expect(() => checkPlace(parent)).toThrow(UserError);
  expect(() => checkPlace(join(parent, 'thesis.txt'))).toThrow(UserError);
  writeFileSync(join(parent, reportName), '{}');
  expect(() => checkPlace(parent)).not.toThrow();
  expect(existsSync(join(parent, 'thesis.txt'))).toBe(true);
});
