import { comparisonGroup } from '../matrix/comparison-group.ts';
import type { Cell, CompareSetting, GateSetting } from '../matrix/matrix.ts';
import { makeRandom } from '../random.ts';
import { groupBy } from '../statistics/samples/group.ts';
import type { MetricDefinition } from '../statistics/samples/metric.ts';
import { detectableChange } from '../statistics/verdicts/detectable-change.ts';
import { measuredNumbers } from '../store/sample.ts';
import { judgePairs } from './judgement.ts';
import type { CellPair } from './pairing.ts';
import type { Side, SideCell } from './side.ts';

/** A comparison to plan. */
export interface PlannedJudgement {
  cells: readonly Cell[];
  compare: CompareSetting;
  gates: Readonly<Record<string, GateSetting>>;
  /** Trials per side. */
  trials: number;
  looks?: readonly number[] | undefined;
}

/** The smallest change that a plan can see in one metric. */
export interface PlannedChange {
  definition: MetricDefinition;
  /** Label of the base cell to a fraction, 0.08 for 8 %; undefined if no change would be proved. */
  changes: Map<string, number | undefined>;
}

/** What a plan can see, from earlier boots of its base cells. */
export interface PlannedChanges {
  metrics: PlannedChange[];
  /** Number of declared hypotheses that can fail the run. */
  declared: number;
  /** Number of base cells with earlier boots, and of all. */
  known: number;
  bases: number;
}

/** At most so many base cells are simulated, spread over all: each takes a second per metric. */
const mostCells = 4;
const seed = 0x706c616e;

/**
 * The smallest change for the worse of each gated headline that a plan will prove in four runs of five, from the spread of earlier
 * boots of its base cells; see `detectableChange`. Pure.
 * @param earlier a baseline or a run
 */
export function plannedChanges(
  { cells, compare, gates, trials, looks }: PlannedJudgement,
  earlier: Side,
): PlannedChanges {
  const byKey = new Map(earlier.cells.map(cell => [comparisonGroup(cell.settings, undefined), cell]));
  const groups = groupBy(cells, cell => comparisonGroup(cell.settings, compare.axis));
  const pairs: CellPair[] = [];
  let [elsewhere, bases] = [0, 0];
  const known = new Set<SideCell>();
  for (const group of groups.values()) {
    const base = group.find(({ settings }) => settings[compare.axis] === compare.base);
    if (base === undefined) continue;
    bases++;
    const found = byKey.get(comparisonGroup(base.settings, undefined));
    if (found === undefined) {
      elsewhere += group.length - 1;
      continue;
    }
    known.add(found);
    for (const candidate of group)
      if (candidate !== base) pairs.push({ name: candidate.label, base: found, candidate: found });
  }
  const random = makeRandom(seed);
  const judged = judgePairs({
    base: earlier,
    next: earlier,
    pairs,
    gates,
    elsewhere,
    random,
    detail: 'proved',
  });
  const declared = judged.declared.gated;
  const metrics = judged.definitions
    .filter(({ gated, headline, class: kind }) => gated && headline && kind !== 'deterministic')
    .map(definition => ({
      definition,
      changes: new Map(
        spread([...known]).map(cell => {
          const values = measuredNumbers(cell.values.get(definition.name));
          return [cell.label, detectableChange({ definition, values, trials, declared, looks, random })];
        }),
      ),
    }));
  return { metrics, declared, known: known.size, bases };
}

/** Some of many, evenly. */
function spread<Item>(items: readonly Item[]): Item[] {
  if (items.length <= mostCells) return [...items];
  const step = (items.length - 1) / (mostCells - 1);
  return Array.from({ length: mostCells }, (_, place) => items[Math.round(place * step)]).filter(
    item => item !== undefined,
  );
}
