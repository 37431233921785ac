import { expect, test } from 'vitest';
import { dropInName, parseDropIn } from '../../../src/pe/lib/drop-ins.ts';

test('a service of a drop-in file needs only its program', () => {
  expect(parseDropIn('{"run":["/bin/true"]}')).toEqual({
    ...{ run: ['/bin/true'], after: [], restart: 'always', env: {}, enabled: true },
  });
  const whole = { run: ['/x', 'y'], after: ['z'], restart: 'never', env: { A: 'b' }, enabled: false };
  expect(parseDropIn(JSON.stringify(whole))).toEqual(whole);
});

test.each([
  ['{"run":', 'it is not JSON'],
  ['[]', 'it is not an object'],
  ['null', 'it is not an object'],
  ['{}', "'run' is not a program and its arguments"],
  ['{"run":[]}', "'run' is not a program and its arguments"],
  ['{"run":"/bin/true"}', "'run' is not a program and its arguments"],
  ['{"run":["x"],"after":"y"}', "'after' is not a list of services"],
  ['{"run":["x"],"restart":"often"}', "'restart' is none of always, on-failure, never"],
  ['{"run":["x"],"env":{"A":1}}', "'env' is not a table of texts"],
  ['{"run":["x"],"enabled":1}', "'enabled' is neither true nor false"],
])('%s: %s', (text, wrong) => {
  expect(parseDropIn(text)).toBe(wrong);
});

test('names of files', () => {
  expect(dropInName('agent.json')).toBe('agent');
  for (const name of ['agent', '.json', 'a b.json', 'agent.json~']) expect(dropInName(name)).toBeUndefined();
});
