import { escapeText } from '../../escape.ts';
import type { Metric } from '../../measurement/metric.ts';
import { chooseScale, formatRange, formatValue } from '../../report/text/quantity.ts';
import { renderTable } from '../../report/text/table.ts';
import { wrapWords } from '../../report/text/wrap.ts';
import { hasValues, summarise } from '../../statistics/samples/descriptive.ts';
import { makeSample } from '../../statistics/samples/sample.ts';
import type { Scalar } from '../../statistics/samples/value.ts';
import type { Found } from '../search/conclusion.ts';
import type { CommitFacts } from '../tree/kernel-tree.ts';
import { percent, revertSentence, shortP } from './conclusion-text.ts';

/** The input of a mail about a regression. */
export interface RegressionFacts {
  found: Found;
  culprit: CommitFacts;
  /** The culprit's hash, or a range `good..bad` if the commits in between cannot be tested. */
  introduced: string;
  metric: Metric;
  /** Values of the fresh boots of the culprit's parents and of the culprit. */
  before: readonly Scalar[];
  after: readonly Scalar[];
  /** The booted cell, the guest's machine, and the command. */
  guest: string;
  /** From scripts/get_maintainer.pl; undefined if the script could not be run. */
  maintainers: readonly string[] | undefined;
  cost: { builds: number; boots: number };
}

const regressions = 'regressions@lists.linux.dev';

/** The values of the parents and of the culprit as a table for commit messages: ASCII, indented, less than 75 columns. */
export function beforeAfterTable({
  metric,
  before,
  after,
}: Pick<RegressionFacts, 'metric' | 'before' | 'after'>): string[] {
  const scale = chooseScale(metric.unit, [...before, ...after]);
  const unit = scale.unit === '' ? metric.name : `${metric.name} ${scale.unit}`;
  const row = (name: string, values: readonly Scalar[]): string[] => {
    const summary = summarise(makeSample(values));
    if (!hasValues(summary)) return [name, '0', '-', '-', '-'];
    const { n, mean, median, least, greatest } = summary;
    const middle = [mean, median].map(value => formatValue(value, scale));
    return [name, String(n), ...middle, formatRange(least, greatest, scale)];
  };
  const columns = [
    { head: [unit], align: 'left' },
    { head: ['boots'], align: 'right' },
    // A change that shows in some boots only may leave the median as it was.
    { head: ['mean'], align: 'right' },
    { head: ['median'], align: 'right' },
    { head: ['range'], align: 'right' },
  ] as const;
  return renderTable(columns, [row('before', before), row('after', after)]).map(line =>
    `  ${line}`.trimEnd(),
  );
}

/**
 * A mail to the author, the maintainers and the regressions list, in the format that regzbot parses
 * (Documentation/process/handling-regressions.rst). It is a draft: a person adds other observations and sends it.
 */
export function regressionMail(facts: RegressionFacts): string {
  const { found, culprit, introduced, metric, guest, maintainers, cost } = facts;
  const subject = escapeText(culprit.subject, { length: 200 });
  const author = escapeText(culprit.author, { length: 200 });
  const cc = [...(maintainers ?? []).filter(address => address !== author), regressions];
  return [
    `To: ${author}`,
    `Cc: ${[...new Set(cc)].map(address => escapeText(address, { length: 200 })).join(',\n\t')}`,
    `Subject: [REGRESSION] ${metric.title} got worse: ${subject}`,
    '',
    'Hi,',
    '',
    `a bisection of ${metric.name} ends at`,
    '',
    `  ${culprit.id.slice(0, 12)} ("${subject}")`,
    '',
    ...paragraph(`Guests: ${escapeText(guest, { length: 300 })}.`),
    'Kernels of that commit and of its parent, rebuilt and booted in turn:',
    '',
    ...beforeAfterTable(facts),
    '',
    ...paragraph(
      `Exact one-sided rank test: p = ${shortP(found.p)}. By all ${cost.boots} boots of ${cost.builds} builds it is ` +
        `the first commit with a probability of ${percent(found.probability)}; ` +
        `${revertSentence(found.revert, metric.name)}.`,
    ),
    '',
    `#regzbot introduced: ${introduced}`,
    `#regzbot title: ${metric.title} got worse`,
    '',
    ...(maintainers === undefined
      ? ['[ scripts/get_maintainer.pl could not be run: add the maintainers before sending. ]', '']
      : []),
  ].join('\n');
}

/** Mails of the kernel's lists have lines of at most 75 columns. */
function paragraph(text: string): string[] {
  return wrapWords(text, 75).map(line => line.trimStart());
}
