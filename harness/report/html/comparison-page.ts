import { describeIncompatibility } from '../../judgement/incompatibility.ts';
import type { RunComparison } from '../../judgement/judgement.ts';
import { formatQuantity } from '../../judgement/quantity.ts';
import { explain } from '../../statistics/verdicts/explain.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import { plural } from '../../units.ts';
import { legend } from '../commit/legend.ts';
import { metricRow } from '../commit/metric-row.ts';
import { overallVerdict, verdictLine } from '../comparison-verdict.ts';
import { shownMetrics } from '../shown-metrics.ts';
import { markOf } from '../text/comparison-table.ts';
import { fold, html, section, table } from './markup.ts';

/** The answer: the verdict of all, what was compared, and what a reader must know before trusting it. */
export function verdictPart(comparison: RunComparison): string {
  const verdict = overallVerdict(comparison);
  const { base, next, axis, judgement, unmatched, incompatibilities } = comparison;
  const sides =
    axis && 'base' in axis
      ? `${axis.axis} compared with ${axis.base}, inside one run`
      : `${base.name} (base) against ${next.name} (new)`;
  const messages = new Set(judgement.pairs.flatMap(({ findings }) => findings.map(({ message }) => message)));
  const notes = [
    ...[...messages].map(message => `warning: ${message}`),
    ...incompatibilities.map(
      one => `FORCED, the sides are unlike: ${describeIncompatibility(one, judgement.pairs.length)}`,
    ),
    ...unmatched.map(({ side, label, reason }) => `not compared, ${side}: ${label}: ${reason}`),
  ];
  const list = notes.map(note => `<li>${html(note, 500)}</li>`).join('');
  return (
    `<p><span class="verdict v v-${verdict}">${verdict.replaceAll('_', ' ')}</span></p>` +
    `<p>${html(verdictLine(comparison))}</p><p class="faint">${html(sides)}</p>${list && `<ul>${list}</ul>`}`
  );
}

/** Where the reasons of a verdict stand in the page. */
function reasonAnchor(pair: number, metric: string, metrics: readonly string[]): string {
  return `why-${pair}-${metrics.indexOf(metric)}`;
}

/** The headlines that any pair measured, in the order of the judge. */
export function headlinesOf({ judgement }: RunComparison): string[] {
  const names = judgement.pairs.flatMap(({ metrics }) =>
    metrics
      .filter(({ definition, result: { comparison } }) => {
        return definition.headline && comparison.base.n + comparison.candidate.n > 0;
      })
      .map(({ definition }) => definition.name),
  );
  return [...new Set(names)];
}

/** Colour of a verdict; a change that is neither better nor worse has one of its own. */
export function verdictClass(judged: JudgedMetric): string {
  return `v v-${markOf(judged) === '!' ? 'CHANGED' : judged.result.verdict}`;
}

/** Every headline of every pair in one view: colour, mark and change; each leads to its reasons. */
export function verdictMap(comparison: RunComparison): string {
  const { pairs } = comparison.judgement;
  const headlines = headlinesOf(comparison);
  const names = metricNames(comparison);
  if (headlines.length === 0) return section('Verdicts', ['<p>No metric was measured on both sides.</p>']);
  const rows = pairs.map(({ pair, metrics }, index) => [
    html(pair.name, 300),
    ...headlines.map(name => {
      const judged = metrics.find(({ definition }) => definition.name === name);
      if (judged === undefined || judged.result.comparison.effect === undefined)
        return '<td class="v">-</td>';
      const { change, mark } = metricRow(judged);
      const target = reasonAnchor(index, name, names);
      const title = html(`${judged.result.verdict}: ${name}, ${pair.name}`, 300);
      return `<td class="${verdictClass(judged)}"><a href="#${target}" title="${title}">${mark} ${html(change)}</a></td>`;
    }),
  ]);
  const heads = headlines.map(name => html(name.replace(/_(?:ns|bytes)$/, '').replaceAll('_', ' '), 60));
  return section('Verdicts', [
    table('verdicts by pair and metric', ['pair', ...heads], rows),
    '<p class="legend">* regressed, + improved, ! changed but not proved better or worse, = unchanged: a change that counts is excluded, ' +
      '~ inconclusive, ? too few boots. Each leads to its reasons.</p>',
  ]);
}

/** Why each verdict is what it is, as `--why` explains it. */
export function reasonsPart(comparison: RunComparison): string {
  const names = metricNames(comparison);
  const { pairs } = comparison.judgement;
  const parts = pairs.map(({ pair, metrics }, index) => {
    const shown = shownMetrics(metrics, false);
    const reasons = shown.map(judged => {
      const { name } = judged.definition;
      const lines = html(explain(judged, formatQuantity).join('\n'));
      return `<div id="${reasonAnchor(index, name, names)}"><h3>${html(name, 100)}</h3><pre>${lines}</pre></div>`;
    });
    return fold(`${html(pair.name, 300)}: ${plural(shown.length, 'verdict')}`, reasons.join('\n'));
  });
  const rows = pairs.flatMap(({ metrics }) => shownMetrics(metrics, false)).map(metricRow);
  return section('Why', [`<p class="legend">${html(legend(comparison, rows))}</p>`, ...parts]);
}

function metricNames({ judgement }: RunComparison): string[] {
  return judgement.definitions.map(({ name }) => name);
}
