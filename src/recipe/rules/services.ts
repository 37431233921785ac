import { nearest } from '../../base/suggest.ts';
import { didYouMean } from '../problems.ts';
import { type Facts, isWhole, keyAt, type Rule, valueAt } from './rule.ts';

/** Services wait for services that are there and started, and not for each other; commands can be split into words. */
export const serviceRules: Rule = (facts) => {
  for (const name of Object.keys(facts.raw.pe.services)) {
    checkName(facts, name);
    checkAfter(facts, name);
    checkRun(facts, name);
  }
  checkCycles(facts);
};

/** Names of services that the PE's supervisor starts by itself (src/pe/supervisor, src/pe/programs/supervisor.ts). */
const reserved = /^(hotplug$|dhcp6?-)/;

function checkName(facts: Facts, name: string): void {
  if (!reserved.test(name)) return;
  facts.problems.error(
    'reserved-name',
    keyAt(facts, ['pe', 'services', name]),
    `\`${name}\` is a service that the PE has by itself`,
    { expected: 'another name' },
  );
}

function checkAfter(facts: Facts, name: string): void {
  const { services } = facts.raw.pe;
  for (const [n, other] of (services[name]?.after ?? []).entries()) {
    const span = valueAt(facts, ['pe', 'services', name, 'after', n]);
    const known = Object.keys(services);
    if (services[other] === undefined) {
      if (!isWhole(facts, ['pe', 'services'])) continue;
      facts.problems.error(
        'no-such-service',
        span,
        `\`${name}\` waits for \`${other}\`, and there is no such service`,
        {
          expected: `one of ${known.filter((each) => each !== name).join(', ')}`,
          hint: didYouMean(nearest(other, known)),
        },
      );
    } else if (!services[other].enabled && services[name]?.enabled === true) {
      facts.problems.error(
        'no-such-service',
        span,
        `\`${name}\` waits for \`${other}\`, which is not enabled`,
        {
          expected: 'a service that is started',
        },
      );
    }
  }
}

function checkRun(facts: Facts, name: string): void {
  const run = facts.raw.pe.services[name]?.run;
  const span = valueAt(facts, ['pe', 'services', name, 'run']);
  if (typeof run === 'string' && /["'$`|&;<>\\*]/.test(run)) {
    facts.problems.error(
      'needs-shell',
      span,
      `the command of \`${name}\` needs a shell, and none splits this text`,
      {
        expected: 'words between blanks, without quotes, $, |, ; and the like',
        hint: `write [sh, -c, ${JSON.stringify(run)}]`,
      },
    );
    return;
  }
  const [command = ''] = typeof run === 'string' ? run.trim().split(/\s+/) : (run ?? []);
  if (command === '' || (command.includes('/') && !command.startsWith('/'))) {
    facts.problems.error('bad-path', span, `\`${command}\` is no command of the PE`, {
      expected: 'an absolute path, or a name that is found in the PE’s PATH',
    });
  }
}

function checkCycles(facts: Facts): void {
  const { services } = facts.raw.pe;
  const done = new Set<string>();
  const visit = (name: string, above: readonly string[]): void => {
    if (above.includes(name)) {
      const cycle = [...above.slice(above.indexOf(name)), name];
      const last = above.at(-1) ?? name;
      const n = services[last]?.after.indexOf(name) ?? 0;
      facts.problems.error(
        'service-cycle',
        valueAt(facts, ['pe', 'services', last, 'after', n]),
        `services wait for each other in a circle: ${cycle.join(' → ')}`,
      );
      return;
    }
    if (done.has(name)) return;
    for (const other of services[name]?.after ?? []) visit(other, [...above, name]);
    done.add(name);
  };
  for (const name of Object.keys(services)) visit(name, []);
}
