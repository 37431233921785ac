import { expect, it } from 'vitest';
import { stepNode } from '../../../src/plan/node.ts';
import type { StepKind, StepNode } from '../../../src/plan/types.ts';
import { reasons, recordedOf } from '../../../src/plan/why.ts';

const kind: StepKind = { name: 'demo', version: 1, run: () => Promise.resolve() };
const file = (path: string, sha256: string) => ({ path, sha256, size: 1 });

function node(over: Partial<Parameters<typeof stepNode>[1]> = {}, of = kind): StepNode {
  return stepNode(of, {
    title: 'a demo',
    options: { level: 3, name: 'x' },
    files: { motd: file('/one/motd', 'aa') },
    epoch: 1,
    ...over,
  });
}

it('the id does not depend on where a source file lies, only on its bytes', () => {
  expect(node({ files: { motd: file('/two/motd', 'aa') } }).id).toBe(node().id);
  expect(node({ files: { motd: file('/one/motd', 'bb') } }).id).not.toBe(node().id);
});

it('the id depends on kind, version, options, inputs, tools and epoch, not on the order of keys', () => {
  const others = [
    node({}, { ...kind, name: 'other' }),
    node({}, { ...kind, version: 2 }),
    node({ options: { level: 4, name: 'x' } }),
    node({ inputs: { base: node() } }),
    node({ tools: node() }),
    node({ epoch: 2 }),
  ];
  expect(new Set([node(), ...others].map((one) => one.id)).size).toBe(7);
  expect(node({ options: { name: 'x', level: 3 } }).id).toBe(node().id);
});

it.each([
  ['never built here', undefined, node()],
  ['level: 3 → 4', node(), node({ options: { level: 4, name: 'x' } })],
  ['file motd changed', node(), node({ files: { motd: file('/one/motd', 'bb') } })],
  ['file issue added', node(), node({ files: { motd: file('/one/motd', 'aa'), issue: file('/i', 'cc') } })],
  ['base added', node(), node({ inputs: { base: node() } })],
  ['build tools changed', node(), node({ tools: node() })],
  ['it is no longer in the store', node(), node()],
])('says why: %s', (why, before, now) => {
  expect(reasons(before === undefined ? undefined : recordedOf(before), now)).toEqual([why]);
});

it('says which of a list of files changed, by its path', () => {
  const overlay = (content: string) => ({
    overlay: [
      { path: 'etc/a', content: 'x' },
      { path: 'etc/motd', content },
    ],
  });
  const before = recordedOf(node({ options: overlay('old') }));
  expect(reasons(before, node({ options: overlay('new') }))).toEqual([
    'overlay.etc/motd.content: "old" → "new"',
  ]);
});
