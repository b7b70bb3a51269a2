import type { Plan } from '../plan/trial.ts';
import { makeRandom } from '../random.ts';
import { clopperPearson } from '../statistics/effects/clopper-pearson.ts';
import type { Interval } from '../statistics/effects/interval.ts';
import { defaultAlpha } from '../statistics/verdicts/analysis-request.ts';
import type { JudgedMetric } from '../statistics/verdicts/metric-verdict.ts';
import type { RunContent } from '../store/run-folder.ts';
import type { RunRecord } from '../store/run-record.ts';
import { endedTrials } from '../store/sample.ts';
import { type Judgement, judgePairs } from './judgement.ts';
import type { CellPair } from './pairing.ts';
import { type Side, type SideCell, sideOfRun } from './side.ts';

/** How often an event happened, and a bound on its true rate. */
export interface AlarmTally {
  alarms: number;
  of: number;
  /** With 95 % confidence the true rate is at most this (Clopper and Pearson, one-sided). */
  upper: number;
}

/** The result of an A/A calibration: how often the judge reports a change where there is none. */
export interface Calibration {
  pairs: number;
  perSide: number;
  alpha: number;
  /** Verdicts over the whole matrix: an alarm is any gated metric reported as changed, in either direction. */
  verdicts: AlarmTally;
  /** Single tests of headlines before any correction: an alarm is a p of at most alpha. */
  tests: AlarmTally;
  /** The same by metric. */
  metrics: Record<string, AlarmTally>;
  /** The alarms, each as its sentence. */
  sentences: string[];
  /** Verdicts and tests that could not have raised an alarm, for lack of boots or of variation. They prove nothing. */
  impossible: { verdicts: number; tests: number };
  /** Incomplete pairs, from an interrupted run. */
  unfinished: number;
}

/** Confidence of the bounds: 95 % one-sided is 90 % two-sided. */
const confidence = 0.9;

/** The tally of `alarms` in `of` trials, with the upper bound of their rate. */
export function alarmTally(alarms: number, of: number): AlarmTally {
  const interval: Interval = clopperPearson(alarms, of, confidence);
  return { alarms, of, upper: of === 0 ? 1 : interval.high };
}

/**
 * Judges a calibration run as if its B boots were those of a new kernel. Two consecutive boots of a cell form a block;
 * a seeded coin decides which of them is A, so neither side is always first.
 */
export function calibrate(content: RunContent): Calibration {
  const { run, plan, records } = content;
  const { pairs, perSide } = run.calibration ?? { pairs: 0, perSide: 0 };
  const side = sideOfRun(content);
  const ended = endedTrials(records);
  const judgements: Judgement[] = [];
  let unfinished = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const first = pair * 2 * perSide + 1;
    const last = first + 2 * perSide - 1;
    const complete = plan.trials.every(
      ({ id, repetition }) => repetition < first || repetition > last || ended.has(id),
    );
    if (complete) judgements.push(judgeHalves(side, run, plan, first, perSide));
    else unfinished++;
  }
  return { pairs, perSide, unfinished, ...tallyUp(judgements) };
}

function judgeHalves(side: Side, run: RunRecord, plan: Plan, first: number, perSide: number): Judgement {
  const random = makeRandom(plan.seed ^ first);
  const pairs = side.cells.map((cell): CellPair => {
    const sides: [number[], number[]] = [[], []];
    for (let block = 0; block < perSide; block++) {
      const coin = random.integer(2);
      const repetition = first + 2 * block;
      sides[0].push(repetition + coin - 1);
      sides[1].push(repetition + (1 - coin) - 1);
    }
    return { name: cell.label, base: pickBoots(cell, sides[0]), candidate: pickBoots(cell, sides[1]) };
  });
  const { trials } = run.matrix;
  const looks = trials.kind === 'looks' && trials.looks.at(-1) === perSide ? trials.looks : undefined;
  return judgePairs({ base: side, next: side, pairs, random, looks });
}

function pickBoots(cell: SideCell, places: readonly number[]): SideCell {
  return {
    ...cell,
    values: new Map([...cell.values].map(([name, list]) => [name, places.map(place => list[place] ?? null)])),
    order: places.map(place => cell.order[place]),
  };
}

function tallyUp(judgements: readonly Judgement[]): Omit<Calibration, 'pairs' | 'perSide' | 'unfinished'> {
  const alpha = judgements[0]?.alpha ?? defaultAlpha;
  const byMetric = new Map<string, { alarms: number; of: number }>();
  const impossible = { verdicts: 0, tests: 0 };
  const sentences: string[] = [];
  let verdicts = 0;
  for (const judgement of judgements) {
    const headlines = headlinesOf(judgement);
    for (const metric of headlines) {
      if (leastOf(metric) > alpha) impossible.tests++;
      else countTest(byMetric, metric, alpha);
    }
    const gated = headlines.filter(({ definition }) => definition.gated);
    const alarms = gated.filter(metric => metric.result.changed);
    sentences.push(...alarms.map(({ cell, sentence }) => `${cell}: ${sentence}`));
    if (alarms.length > 0) verdicts++;
    else if (gated.every(metric => leastOf(metric) * judgement.declared.gated > alpha)) impossible.verdicts++;
  }
  const all = [...byMetric.values()];
  const sum = (of: 'alarms' | 'of') => all.reduce((total, counts) => total + counts[of], 0);
  return {
    alpha,
    verdicts: alarmTally(verdicts, judgements.length - impossible.verdicts),
    tests: alarmTally(sum('alarms'), sum('of')),
    metrics: Object.fromEntries(
      [...byMetric].map(([name, { alarms, of }]) => [name, alarmTally(alarms, of)]),
    ),
    impossible,
    sentences,
  };
}

function headlinesOf({ pairs }: Judgement): JudgedMetric[] {
  return pairs
    .flatMap(({ metrics }) => metrics)
    .filter(({ definition, result }) => definition.headline && result.reason !== 'no-values');
}

/** The smallest p that any split of the pooled values could give. */
function leastOf({ result }: JudgedMetric): number {
  return result.comparison.test?.minimumAttainableP ?? 1;
}

function countTest(
  byMetric: Map<string, { alarms: number; of: number }>,
  { definition, result }: JudgedMetric,
  alpha: number,
): void {
  const counts = byMetric.get(definition.name) ?? { alarms: 0, of: 0 };
  byMetric.set(definition.name, counts);
  counts.of++;
  if (result.p !== undefined && result.p <= alpha) counts.alarms++;
}
