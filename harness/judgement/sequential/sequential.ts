import { comparedPairs } from '../../plan/shard-selection.ts';
import type { Plan } from '../../plan/trial.ts';
import { makeRandom } from '../../random.ts';
import type { RunContent } from '../../store/run-folder.ts';
import { endedTrials } from '../../store/sample.ts';
import { type JudgementRequest, judgePairs } from '../judgement.ts';
import { type CellPair, pairWithin } from '../pairing.ts';
import { sideOfRun } from '../side.ts';

/** The progress of a sequential run. */
export interface SequentialProgress {
  /** Number of looks taken. */
  taken: number;
  /** Repetitions that count in each pair, by its name: up to the last look that it needed and that was taken. */
  limits: Map<string, number>;
  /** Repetitions that each cell gets, by its ID: up to the look being filled, or up to the look that decided it. */
  wanted: Map<string, number>;
  /** Trials that the look being filled still waits for; empty if there is no further look. */
  awaited: Set<string>;
}

/** The seed of the judge's permutation fallback. It makes decisions repeatable. */
const seed = 0x6c6f6f6b;

/**
 * Replays the looks of a run from its records. Pure, so that a resumed run makes the same decisions. A look is taken when
 * every trial up to it has ended, in each cell that still runs. After the look, the cells of a pair continue if the judge
 * needs more trials of that pair. A base continues as long as any of its pairs does.
 * @returns undefined if the run declares no looks or no comparison
 */
export function sequentialProgress(content: RunContent): SequentialProgress | undefined {
  const { plan, records } = content;
  const { compare, trials } = content.run.matrix;
  if (compare === undefined || trials.kind !== 'looks') return undefined;
  const { looks } = trials;
  const [firstLook] = looks;
  if (firstLook === undefined) return undefined;
  const side = sideOfRun(content);
  const { pairs } = pairWithin(side, compare);
  const done = endedTrials(records);
  const wanted = new Map(side.cells.map(({ id }) => [id, firstLook]));
  const limits = new Map(pairs.map(({ name }) => [name, firstLook]));
  for (const [index, look] of looks.entries()) {
    const awaited = awaitedTrials(plan, wanted, look, done);
    if (awaited.size > 0) return { taken: index, limits, wanted, awaited };
    const next = looks[index + 1];
    if (next === undefined) break;
    const open = undecidedPairs(
      {
        ...{ base: side, next: side, pairs, looks, limits, random: makeRandom(seed) },
        elsewhere: pairsElsewhere(content),
      },
      look,
    );
    if (open.length === 0) return { taken: index + 1, limits, wanted, awaited };
    const cells = open.flatMap(({ base, candidate }) => [base.id, candidate.id]);
    const names = open.map(({ name }) => name);
    setAll(wanted, cells, next);
    const isFilled = awaitedTrials(plan, wanted, next, done).size === 0;
    if (isFilled) setAll(limits, names, next);
  }
  return { taken: looks.length, limits, wanted, awaited: new Set() };
}

/**
 * Number of pairs that the other shards of a plan judge; 0 for a whole run. They belong to the family that was declared, so a
 * shard proves no more than the whole run will, and stops no pair that the whole run would continue.
 */
export function pairsElsewhere({ run, plan }: RunContent): number {
  const all = run.shard?.pairs;
  return all === undefined ? 0 : Math.max(0, all - comparedPairs(plan.cells, run.matrix.compare));
}

function setAll(looks: Map<string, number>, keys: readonly string[], look: number): void {
  for (const key of keys) looks.set(key, look);
}

/** The pairs that reached a look and need more trials after it. */
function undecidedPairs(request: JudgementRequest, look: number): CellPair[] {
  return judgePairs(request)
    .pairs.filter(
      ({ pair, nextTrials }) => nextTrials !== undefined && request.limits?.get(pair.name) === look,
    )
    .map(({ pair }) => pair);
}

/** Trials up to a look that have not ended yet, in the cells that reach it. */
function awaitedTrials(
  plan: Plan,
  wanted: ReadonlyMap<string, number>,
  look: number,
  done: ReadonlySet<string>,
): Set<string> {
  const awaited = new Set<string>();
  for (const { id, cell, repetition } of plan.trials) {
    if (repetition <= look && (wanted.get(cell.id) ?? 0) >= look && !done.has(id)) awaited.add(id);
  }
  return awaited;
}
