import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { chooseAccelerator } from '../../src/boot/accel.ts';
import { qemuFromTree } from '../../src/boot/tools.ts';
import { drawCut } from '../soak/cut.ts';
import { type Bench, saveHalfBooted } from '../soak/pe.ts';
import { type Recording, record } from '../soak/record.ts';
import { steps } from '../soak/steps.ts';
import { verify } from '../soak/verify.ts';

/** A slice of `make soak`: one cut in some operations. */
const fixture = inject('fixture');
const dir = join(fixture.dir, 'power-cuts');
const state = join(dir, 'half-booted');
const operations = ['create', 'clone', 'set', 'restore-replace', 'destroy', 'setup-disk-again'];

let bench: Bench;
let recording: Recording;
beforeAll(async () => {
  const tools = qemuFromTree(fixture.tools);
  const image = join(fixture.images, 'cloud-agent.iso');
  const cacheDir = join(fixture.cache, 'diskbios');
  bench = { tools, image, accelerator: await chooseAccelerator(tools, { cacheDir }) };
  mkdirSync(dir);
  await saveHalfBooted(bench, state);
  recording = await record(bench, join(dir, 'recording'), () => undefined);
});

describe('the power fails, and the tree is as before or as after', () => {
  test.each(operations)('%s', async (operation) => {
    const cut = drawCut(recording, '1', steps.findIndex(({ name }) => name === operation) + 1);
    expect(cut.step.name).toBe(operation);
    expect(await verify(bench, recording, cut, { dir, state })).toEqual([]);
  });
});
