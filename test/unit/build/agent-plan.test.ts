import { expect, test } from 'vitest';
import { agentFileName, type BuildPlan, planBuild } from '../../../src/build/plan.ts';
import type { StepNode } from '../../../src/plan/types.ts';
import { recipeAndLock } from '../../helpers/tiny-lock.ts';

async function plans(livefs: string): Promise<{ shipped: BuildPlan; tested: BuildPlan }> {
  const { recipe, lock } = await recipeAndLock(`pe:\n  livefs: ${livefs}\n`);
  return { shipped: planBuild(recipe, lock, 1), tested: planBuild(recipe, lock, 1, { agent: true }) };
}

/** All steps below the targets, as `kind` or `kind title` where there are several. */
function steps({ targets }: BuildPlan): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (node: StepNode): void => {
    found.set(`${node.kind.name}: ${node.title}`, node.id);
    for (const input of Object.values(node.inputs)) visit(input);
    if (node.tools !== undefined) visit(node.tools);
  };
  for (const { node } of targets) visit(node);
  return found;
}

test.each(['squashfs', 'erofs', 'cpio'])(
  'with the agent, all but the last steps are the very same (%s)',
  async (livefs) => {
    const { shipped, tested } = await plans(livefs);
    const [without, withAgent] = [steps(shipped), steps(tested)];
    const changed = [...without].filter(([step, id]) => withAgent.get(step) !== id).map(([step]) => step);
    expect(changed.toSorted()).toEqual([
      'initrd: put the initrd together',
      'iso: write the ISO A',
      'manifest: list what the image is made of',
      'memory: predict the memory it needs',
    ]);
    const kept = [...without.keys()]
      .filter((step) => !changed.includes(step))
      .map((step) => step.split(':')[0]);
    expect(kept).toEqual(
      expect.arrayContaining([
        'kernel',
        'packages-layer',
        'modules-layer',
        'pe-layer',
        'grub-images',
        'sbom',
      ]),
    );
    const added = [...withAgent.keys()].filter((step) => !without.has(step));
    expect(added).toEqual(['agent-layer: pack the agent for tests']);
  },
);

test('what is shipped has no trace of the agent', async () => {
  const { shipped, tested } = await plans('squashfs');
  const named = (plan: BuildPlan): string[] => {
    const traces: string[] = [];
    const visit = (node: StepNode): void => {
      if (JSON.stringify(node.options).includes('agent.js')) traces.push(node.kind.name);
      if (Object.values(node.files).some(({ path }) => path.endsWith('agent.js')))
        traces.push(node.kind.name);
      for (const input of Object.values(node.inputs)) visit(input);
    };
    for (const { node } of plan.targets) visit(node);
    return [...new Set(traces)];
  };
  expect(named(tested)).toEqual(['agent-layer']);
  expect(named(shipped)).toEqual([]);
});

test('the manifest says that the agent is there, and that all else is the same', async () => {
  const { shipped, tested } = await plans('squashfs');
  const facts = (plan: BuildPlan): unknown => {
    const manifest = Object.values(plan.targets[0]?.node.inputs ?? {}).find(
      ({ kind }) => kind.name === 'manifest',
    );
    return (manifest?.options as { facts: unknown } | undefined)?.facts;
  };
  expect(facts(shipped)).toMatchObject({ name: 'a', agent: false });
  expect(facts(tested)).toEqual({ ...(facts(shipped) as object), agent: true });
});

test('its files have other names', async () => {
  const { shipped, tested } = await plans('squashfs');
  expect(shipped.targets.map(({ name }) => name)).toEqual(['a.iso', 'a.spdx.json']);
  expect(tested.targets.map(({ name }) => name)).toEqual(['a-agent.iso', 'a-agent.spdx.json']);
});

test.each([
  ['box.iso', 'box-agent.iso'],
  ['box-1.0.iso', 'box-1.0-agent.iso'],
  ['box.v2.qcow2', 'box.v2-agent.qcow2'],
  ['box.raw.zst', 'box-agent.raw.zst'],
  ['box', 'box-agent'],
])('%s → %s', (name, wanted) => {
  expect(agentFileName(name)).toBe(wanted);
});
