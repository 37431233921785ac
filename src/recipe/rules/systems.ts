import { nearest } from '../../base/suggest.ts';
import { livefsTemplate, type SystemFile } from '../../base/system.ts';
import { systemOf } from '../carried-system.ts';
import { didYouMean } from '../problems.ts';
import type { RawSystem } from '../raw.ts';
import { type Facts, isWhole, type Rule, valueAt } from './rule.ts';

/** Systems stand on templates that there are, have settings that can be, and the PE has what runs them. */
export const systemRules: Rule = (facts) => {
  for (const [name, raw] of Object.entries(facts.raw.systems)) {
    const { system, mistakes } = systemOf(raw, facts.raw.pe.packages);
    for (const { path, mistake } of mistakes)
      facts.problems.error(
        mistake.code,
        valueAt(facts, ['systems', name, ...path]),
        mistake.message,
        mistake,
      );
    checkTemplate(facts, name, raw);
    checkEngine(facts, name, system);
    checkAfter(facts, name, system);
  }
  checkEntries(facts);
};

function checkTemplate(facts: Facts, name: string, { template }: RawSystem): void {
  const { templates, pe } = facts.raw;
  const span = valueAt(facts, ['systems', name, 'template']);
  if (template === livefsTemplate) {
    if (pe.livefs !== 'cpio') return;
    facts.problems.error('no-template', span, `\`${name}\` stands on the livefs, which is no template here`, {
      expected: '`pe.livefs: squashfs` or `erofs`, or a template of the recipe',
    });
    return;
  }
  if (templates[template] !== undefined || !isWhole(facts, ['templates'])) return;
  const known = [...Object.keys(templates), livefsTemplate];
  facts.problems.error('no-such-template', span, `there is no template \`${template}\``, {
    expected: `one of ${known.join(', ')}`,
    hint: didYouMean(nearest(template, known)),
  });
}

/** Packages of the PE that an engine, or the network of systems, needs. */
const needs = { lxc: ['lxc', 'mount'], bridge: ['nftables', 'dnsmasq-base'] } as const;

function checkEngine(facts: Facts, name: string, { engine, network }: SystemFile): void {
  const at = ['systems', name];
  if (engine === 'uml' || engine === 'vm') {
    facts.problems.error(
      'no-engine',
      valueAt(facts, [...at, 'engine']),
      `no PE has the engine \`${engine}\` yet`,
      {
        expected: 'lxc or chroot',
      },
    );
    return;
  }
  if (engine === 'chroot' && network.kind !== 'host') {
    facts.problems.error(
      'no-network',
      valueAt(facts, [...at, 'network']),
      `\`${name}\` cannot be on a network of its own: the engine chroot has the PE’s`,
      { expected: '`network: host`, or the engine lxc' },
    );
    return;
  }
  if (!isWhole(facts, ['pe', 'packages'])) return;
  const lacking = (packages: readonly string[]): string =>
    packages.filter((one) => !facts.raw.pe.packages.includes(one)).join(' and ');
  const engineLacks = engine === 'lxc' ? lacking(needs.lxc) : '';
  if (engineLacks !== '')
    facts.problems.error(
      'no-engine',
      valueAt(facts, [...at, 'engine']),
      `\`${name}\` runs by the engine lxc, and the PE lacks ${engineLacks}`,
      { expected: `${engineLacks} in \`pe.packages\`, or \`engine: chroot\`` },
    );
  const networkLacks = network.kind === 'bridge' ? lacking(needs.bridge) : '';
  if (networkLacks !== '' && engineLacks === '')
    facts.problems.error(
      'no-network',
      valueAt(facts, [...at, 'network']),
      `\`${name}\` is on the PE’s bridge, and the PE lacks ${networkLacks}`,
      { expected: `${networkLacks} in \`pe.packages\`, or another \`network\`` },
    );
}

function checkAfter(facts: Facts, name: string, { after }: SystemFile): void {
  const known = Object.keys(facts.raw.systems).filter((one) => one !== name);
  if (!isWhole(facts, ['systems'])) return;
  for (const other of after.filter((one) => !known.includes(one)))
    facts.problems.error(
      'no-such-system',
      valueAt(facts, ['systems', name, 'after']),
      `\`${name}\` waits for \`${other}\`, and there is no such system`,
      {
        expected: known.length === 0 ? 'no `after`' : `one of ${known.join(', ')}`,
        hint: didYouMean(nearest(other, known)),
      },
    );
}

/** What a boot entry names may be on the machine's own disk; where the recipe has systems, it is more likely a slip. */
function checkEntries(facts: Facts): void {
  const known = Object.keys(facts.raw.systems);
  if (known.length === 0 || !isWhole(facts, ['systems'])) return;
  for (const [n, entry] of facts.raw.boot.entries.entries()) {
    const names = entry.systems.map((each) => each.split(':', 1)[0] ?? '');
    for (const [i, name] of names.entries()) {
      if (known.includes(name)) continue;
      facts.problems.warn(
        'no-such-system',
        valueAt(facts, ['boot', 'entries', n, 'systems', i]),
        `the recipe has no system \`${name}\`: it must be on the disk of the machine`,
        { expected: `one of ${known.join(', ')}`, hint: didYouMean(nearest(name, known)) },
      );
    }
    const { system } = entry;
    if (system === undefined || system.startsWith('/') || known.includes(system)) continue;
    facts.problems.warn(
      'no-such-system',
      valueAt(facts, ['boot', 'entries', n, 'system']),
      `the recipe has no system \`${system}\`: it must be on the disk of the machine`,
      { expected: `one of ${known.join(', ')}`, hint: didYouMean(nearest(system, known)) },
    );
  }
}
