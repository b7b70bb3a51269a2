import { escapeText } from '../../escape.ts';
import { describeIncompatibility } from '../../judgement/incompatibility.ts';
import type { JudgedPair, RunComparison } from '../../judgement/judgement.ts';
import type { Side } from '../../judgement/side.ts';
import { correctionNames } from '../../statistics/corrections/correction.ts';
import type { JudgedMetric, Reason, Verdict } from '../../statistics/verdicts/metric-verdict.ts';
import { plural } from '../../units.ts';
import { overallVerdict, verdictLine, verdictOfAll } from '../comparison-verdict.ts';
import type { ExportOptions } from '../export-options.ts';
import { hasNews, shownMetrics } from '../shown-metrics.ts';
import { blockText } from './blocks.ts';
import { markKey, renderMetricTable } from './comparison-table.ts';
import { fitLines } from './fit-lines.ts';
import { pairPlots } from './sample-plots.ts';

/** Up to this many pairs are all shown in full. With more, only those with a change or a warning are. */
const fullPairs = 12;
const mostUnmatched = 20;

/** A comparison as text: the answer if there is one, the sides, one table per pair, sentences, the verdict last. */
export function renderComparison(comparison: RunComparison, options: ExportOptions = {}): string {
  const blocks = [answerLines(comparison), ...comparisonBlocks(comparison, options)];
  return blockText(blocks.map(block => fitLines(block, options.width ?? Number.POSITIVE_INFINITY)));
}

/**
 * The answer in one sentence: that of the gated headline which decides the verdict. Of several pairs in how many, and the
 * clearest of them; if none decides alone, the verdict of all.
 */
export function answerLines(comparison: RunComparison): string[] {
  const { pairs } = comparison.judgement;
  if (pairs.length === 0 || comparison.next.kind === 'text') return [];
  if (pairs.length > 1) return [answerOfPairs(comparison)];
  const decisive = decisiveMetric(comparison);
  return [decisive ? `${decisive.result.verdict}: ${decisive.sentence}` : verdictLine(comparison)];
}

function answerOfPairs(comparison: RunComparison): string {
  const { pairs } = comparison.judgement;
  const verdict = overallVerdict(comparison);
  const deciding = pairs.flatMap(({ pair, metrics }) =>
    metrics.filter(metric => isDecisive(metric, verdict)).map(metric => ({ pair, metric })),
  );
  const [clearest] = deciding.sort(
    (a, b) => (a.metric.result.adjusted ?? 1) - (b.metric.result.adjusted ?? 1),
  );
  // What stays open in some pair is an answer about all of them.
  if (clearest === undefined || (verdict !== 'REGRESSED' && verdict !== 'IMPROVED'))
    return verdictOfAll(comparison);
  const count = new Set(deciding.map(({ pair }) => pair)).size;
  const name = escapeText(clearest.pair.name, { length: 200 });
  return `${verdict} in ${count} of ${plural(pairs.length, 'pair')}, most clearly in ${name}: ${clearest.metric.sentence}`;
}

/** The gated headline of the only pair that has the verdict of all. */
function decisiveMetric(comparison: RunComparison): JudgedMetric | undefined {
  const verdict = overallVerdict(comparison);
  return comparison.judgement.pairs[0]?.metrics.find(metric => isDecisive(metric, verdict));
}

function isDecisive({ definition, result }: JudgedMetric, verdict: Verdict): boolean {
  return definition.headline && definition.gated && result.verdict === verdict;
}

/** The blocks of a comparison without its answer. */
export function comparisonBlocks(comparison: RunComparison, options: ExportOptions): string[][] {
  const { pairs } = comparison.judgement;
  // One boot per side proves nothing: only the differences themselves can be shown.
  const all = options.all === true || comparison.next.kind === 'text';
  const shown = options.all || pairs.length <= fullPairs ? pairs : pairs.filter(isTelling);
  const hidden = pairs.length - shown.length;
  const single = pairs.length === 1 && !all;
  const answered = single ? decisiveMetric(comparison) : undefined;
  return [
    headLines(comparison),
    ...shown.map(pair => pairLines(pair, { ...options, all, single, answered })),
    hidden > 0 ? [`${plural(hidden, 'pair')} without a proved change not shown; --all shows them`] : [],
    unmatchedLines(comparison),
    [...markKey],
    noteLines(comparison, all),
    [verdictLine(comparison)],
  ];
}

function headLines(comparison: RunComparison): string[] {
  const { base, next, axis } = comparison;
  if (axis && 'base' in axis)
    return [`${escapeText(next.name)}: ${escapeText(axis.axis)} compared with ${escapeText(axis.base)}`];
  const left = axis ? ` (cells matched without ${escapeText(axis.axis)})` : '';
  return [`base: ${describeSide(base)}`, `new:  ${describeSide(next)}${left}`];
}

function describeSide(side: Side): string {
  const what = side.kind === 'text' ? 'modules/stats text' : side.kind;
  const when = side.startedAt ? `, ${escapeText(side.startedAt, { length: 30 })}` : '';
  return `${escapeText(side.name)} (${what}${when})`;
}

/** Whether a pair has a proved change of any headline, or a warning. */
function isTelling({ metrics, findings }: JudgedPair): boolean {
  return findings.length > 0 || metrics.some(hasNews);
}

interface PairOptions extends ExportOptions {
  all: boolean;
  /** The only pair: its table has what can fail the run, and what changed. */
  single: boolean;
  /** The metric whose sentence has already been shown. */
  answered: JudgedMetric | undefined;
}

function pairLines({ pair, metrics, findings }: JudgedPair, options: PairOptions): string[] {
  const listed = shownMetrics(metrics, options.all);
  const rows = options.single ? listed.filter(isHeadline) : listed;
  const hidden = listed.length - rows.length;
  const telling = rows.filter(
    metric =>
      metric !== options.answered &&
      ((metric.definition.headline && hasNews(metric)) || metric.result.reason === 'qualified'),
  );
  return [
    escapeText(pair.name, { length: 200 }),
    ...renderMetricTable(rows, options.width),
    ...(hidden > 0 ? [`  ${plural(hidden, 'more metric')} without news; --all shows them`] : []),
    ...(options.plot ? pairPlots(pair, rows, options.width) : []),
    ...telling.map(({ result, sentence }) => `  ${wordOf(result)}${sentence}`),
    ...findings.map(({ message }) => `  warning: ${message}`),
  ];
}

/** The details of the only pair. */
function isHeadline(metric: JudgedMetric): boolean {
  return (metric.definition.headline && metric.definition.gated) || hasNews(metric);
}

/** Changes that are neither better nor worse; their sentences already begin with what they are. */
const saysItself: ReadonlySet<Reason> = new Set(['proved-without-direction', 'qualified']);

/** The verdict to put before the sentence; empty if the sentence already says it. */
function wordOf({ reason, verdict }: JudgedMetric['result']): string {
  return saysItself.has(reason) ? '' : `${verdict}: `;
}

function unmatchedLines({ unmatched }: RunComparison): string[] {
  if (unmatched.length === 0) return [];
  const lines = unmatched
    .slice(0, mostUnmatched)
    .map(
      ({ side, label, reason }) =>
        `  ${side}: ${escapeText(label, { length: 100 })}: ${escapeText(reason, { length: 300 })}`,
    );
  if (unmatched.length > mostUnmatched) lines.push(`  and ${unmatched.length - mostUnmatched} more`);
  return [`${plural(unmatched.length, 'cell')} without a counterpart, not compared:`, ...lines];
}

function noteLines(comparison: RunComparison, all: boolean): string[] {
  const { judgement, incompatibilities } = comparison;
  const { pairs, declared, alpha, method } = judgement;
  const rows = pairs.flatMap(({ metrics }) => shownMetrics(metrics, all));
  const notes = [
    `${correctionNames[method]}${method === 'westfall-young' ? ' inside each pair,' : ''} at ${alpha} over ${plural(declared.gated, 'gated hypothesis', 'gated hypotheses')}; ` +
      `${plural(declared.other, 'other')} separately`,
  ];
  if (method === 'westfall-young') notes.push(`Bonferroni over ${plural(pairs.length, 'pair')}`);
  if (rows.some(isAdjustedWithin))
    notes.push('indented metrics: Westfall-Young inside the pair, once their headline is proved');
  if (rows.some(({ result: one }) => one.comparison.testedAs === 'count'))
    notes.push(
      'counts: mean [least..greatest] and change of the mean; times: median and typical difference of two boots',
    );
  if (rows.some(({ result: { comparison: one } }) => isGap(one.base.n, one.candidate.n)))
    notes.push('none: no boot on that side measured it, which is not the same as zero');
  const looks = lookLine(pairs);
  if (looks !== undefined) notes.push(looks);
  if (judgement.emulated)
    notes.push(
      'guests were emulated: times measure the translator, and cannot fail a run unless gated by name',
    );
  for (const one of incompatibilities)
    notes.push(`FORCED despite: ${escapeText(describeIncompatibility(one, pairs.length))}`);
  return notes;
}

function isAdjustedWithin({ definition, correction }: JudgedMetric): boolean {
  return !definition.headline && correction.startsWith('Westfall-Young');
}

function isGap(base: number, candidate: number): boolean {
  return (base === 0) !== (candidate === 0);
}

/** After how many boots per side the pairs of a sequential run stopped; undefined if the number was fixed. */
function lookLine(pairs: readonly JudgedPair[]): string | undefined {
  const stops = new Map<number, number>();
  for (const { metrics } of pairs) {
    const reached = metrics.flatMap(({ definition, look }) =>
      look && definition.gated ? [look.trials] : [],
    );
    if (reached.length === 0) continue;
    const last = Math.max(...reached);
    stops.set(last, (stops.get(last) ?? 0) + 1);
  }
  if (stops.size === 0) return undefined;
  const parts = [...stops]
    .sort(([a], [b]) => a - b)
    .map(([trials, number]) => `${plural(number, 'pair')} at ${trials}`);
  return `looks declared before the run, alpha split over them; last look: ${parts.join(', ')} boots per side`;
}
