import { describeIncompatibility } from '../../judgement/incompatibility.ts';
import type { RunComparison } from '../../judgement/judgement.ts';
import { plural } from '../../units.ts';
import { legend } from '../commit/legend.ts';
import type { MetricRow } from '../commit/metric-row.ts';
import { oddSizes, type PairRows, pairRows } from '../commit/pair-rows.ts';
import { overallVerdict, verdictLine } from '../comparison-verdict.ts';
import type { ExportOptions } from '../export-options.ts';
import { code, details, html, prose, table } from './markdown-text.ts';

/** The answer first, then the changes, then the rest folded; blocks are independent of each other. */
export function comparisonMarkdown(
  comparison: RunComparison,
  { all = false }: ExportOptions = {},
): string[][] {
  const pairs = comparison.judgement.pairs.map(pair => pairRows(pair, all));
  const rows = pairs.flatMap(pair => [...pair.changed, ...pair.costs]);
  const verdict = overallVerdict(comparison).replaceAll('_', ' ');
  return [
    [`**${verdict}**: ${headOf(comparison)}`],
    ...pairs.filter(pair => pair.changed.length > 0).map(changedBlock),
    ...pairs.filter(pair => pair.costs.length > 0).map(costBlock),
    rows.length === 0
      ? ['No metric was measured on both sides.']
      : [`<sub>${prose(legend(comparison, rows))}</sub>`],
    noteLines(comparison),
    [prose(verdictLine(comparison))],
  ];
}

function headOf({ base, next, axis }: RunComparison): string {
  if (axis && 'base' in axis)
    return `${code(next.name)}, ${code(axis.axis)} compared with ${code(axis.base)}`;
  return `${code(base.name)} (before) against ${code(next.name)} (after)`;
}

function changedBlock(pair: PairRows): string[] {
  return [code(pair.name), '', ...rowTable(pair, pair.changed)];
}

function costBlock(pair: PairRows): string[] {
  const count = plural(pair.costs.length, 'metric');
  return details(`${html(pair.name)}: ${count} without a proved change`, rowTable(pair, pair.costs));
}

const words: Readonly<Record<string, string>> = {
  '*': '**worse**',
  '+': 'better',
  '!': 'changed',
  '=': 'no change that counts',
  '~': 'not decided',
  '?': 'too few boots',
};

function rowTable({ sizes }: PairRows, rows: readonly MetricRow[]): string[] {
  return table(
    ['metric', `before (n=${sizes.before})`, `after (n=${sizes.after})`, 'change', 'interval', 'p.adj', ''],
    rows.map(row => [
      code(`${row.title}${oddSizes(row, sizes)}`),
      row.before,
      row.after,
      row.change,
      row.interval,
      prose(row.p),
      words[row.mark] ?? '',
    ]),
  );
}

function noteLines({ judgement, incompatibilities, unmatched }: RunComparison): string[] {
  const messages = judgement.pairs.flatMap(({ findings }) => findings.map(({ message }) => message));
  const notes = [
    ...[...new Set(messages)].map(message => `warning: ${message}`),
    ...incompatibilities.map(
      one => `FORCED, the sides are unlike: ${describeIncompatibility(one, judgement.pairs.length)}`,
    ),
    ...(unmatched.length > 0 ? [`${plural(unmatched.length, 'cell')} without a partner, not compared`] : []),
  ];
  return notes.map(note => `- ${prose(note)}`);
}
