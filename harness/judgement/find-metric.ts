import { UsageError } from '../errors.ts';
import { nearest, suggest } from '../matrix/source/nearest.ts';
import type { JudgedMetric } from '../statistics/verdicts/metric-verdict.ts';
import type { JudgedPair, Judgement } from './judgement.ts';

/**
 * Finds one metric of one pair, for `--why`. A pair is named as in the report, by the ID of either cell, or by words that
 * occur in its name only. If there is only one pair, no name is needed.
 * @throws UsageError WHY_METRIC, WHY_CELL
 */
export function findJudged(judgement: Judgement, metric: string, cell: string | undefined): JudgedMetric {
  const known = judgement.definitions.map(({ name }) => name);
  if (!known.includes(metric)) throw unknownMetric(metric, known);
  const [found, ...others] = pairsNamed(judgement.pairs, cell);
  if (found === undefined) throw unknownPair(judgement.pairs, cell ?? '');
  if (others.length > 0) {
    const matching = [found, ...others].map(({ pair }) => pair.name);
    throw new UsageError(
      'WHY_CELL',
      `--why needs one pair; ${cell === undefined ? 'there are' : `${JSON.stringify(cell)} fits`} ${matching.length}`,
      { hint: `Name one: ${list(matching)}` },
    );
  }
  const judged = found.metrics.find(({ definition }) => definition.name === metric);
  if (judged) return judged;
  throw unknownMetric(
    metric,
    found.metrics.map(({ definition }) => definition.name),
  );
}

/** The pairs with exactly this name, else with this ID, else with all these words, else with this text. */
function pairsNamed(pairs: readonly JudgedPair[], cell: string | undefined): readonly JudgedPair[] {
  if (cell === undefined) return pairs;
  const words = cell.split(/\s+/).filter(word => word !== '');
  const ways: ((judged: JudgedPair) => boolean)[] = [
    ({ pair }) => pair.name === cell,
    ({ pair }) => pair.base.id === cell || pair.candidate.id === cell,
    ({ pair }) => words.every(word => pair.name.split(' ').includes(word)),
    ({ pair }) => pair.name.includes(cell),
  ];
  for (const way of ways) {
    const found = pairs.filter(way);
    if (found.length > 0) return found;
  }
  return [];
}

function unknownPair(pairs: readonly JudgedPair[], cell: string): UsageError {
  const names = pairs.map(({ pair }) => pair.name);
  const whole = nearest(cell, names);
  const known = [...new Set(names.flatMap(name => name.split(' ')))];
  const words = cell.split(/\s+/).map(word => (known.includes(word) ? word : nearest(word, known)));
  const meant = whole ?? (words.every(word => word !== undefined) ? words.join(' ') : undefined);
  const hint = meant === undefined ? `Known: ${list(names)}` : `Did you mean ${JSON.stringify(meant)}?`;
  return new UsageError('WHY_CELL', `there is no pair ${JSON.stringify(cell)}`, { hint });
}

function unknownMetric(metric: string, known: readonly string[]): UsageError {
  return new UsageError('WHY_METRIC', `there is no metric ${JSON.stringify(metric)} in this comparison`, {
    hint: suggest(metric, known),
  });
}

function list(names: readonly string[]): string {
  return `${names.slice(0, 10).join(', ')}${names.length > 10 ? `, and ${names.length - 10} more` : ''}.`;
}
