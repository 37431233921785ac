import { nearest } from '../../base/suggest.ts';
import { fileKind, nearestFile } from '../disk.ts';
import { shippedTemplates, templatePath } from '../locate.ts';
import { didYouMean } from '../problems.ts';
import { type Facts, type Rule, valueAt, writtenAt } from './rule.ts';

/** Template and time zone. */
export const peRules: Rule = (facts) => {
  checkTemplate(facts);
  checkTimezone(facts);
};

function checkTemplate(facts: Facts): void {
  const { template } = facts.raw.pe;
  const span = valueAt(facts, ['pe', 'template']);
  const folder = templatePath(template, span.source.dir);
  if (fileKind(folder) === 'folder') return;
  facts.problems.error('missing-template', span, `there is no template \`${template}\``, {
    expected: template.includes('/')
      ? 'a folder, relative to the folder of the recipe it is written in'
      : `one of ${shippedTemplates().join(', ')}, or a path with a / in it`,
    hint: didYouMean(
      template.includes('/') ? nearestFile(template, folder) : nearest(template, shippedTemplates()),
    ),
  });
}

function checkTimezone(facts: Facts): void {
  const { timezone } = facts.raw.pe;
  if (timezone === 'Etc/UTC' || timezone === 'UTC') return;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    facts.problems.error(
      'bad-value',
      valueAt(facts, ['pe', 'timezone']),
      `\`${writtenAt(facts, ['pe', 'timezone'])}\` is no time zone`,
      {
        expected: 'a time zone such as Europe/Berlin',
        hint: didYouMean(nearest(timezone, Intl.supportedValuesOf('timeZone'))),
      },
    );
  }
}
