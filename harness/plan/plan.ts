import { createHash } from 'node:crypto';
import { UsageError } from '../errors.ts';
import type { Cell, Matrix } from '../matrix/matrix.ts';
import { makeRandom } from '../random.ts';
import { filterCells } from './filter.ts';
import type { Shard } from './shard.ts';
import { comparedPairs, selectShard } from './shard-selection.ts';
import type { Plan, Trial } from './trial.ts';

/** What determines a plan, apart from the matrix. */
export interface PlanOptions {
  /** Unsigned 32-bit; the same seed gives the same order. */
  seed: number;
  /** Boots per cell. Default: the number in the matrix. */
  repetitions?: number | undefined;
  /** `axis=value[,value]`, all of which must hold. */
  filters?: readonly string[];
  shard?: Shard | undefined;
}

/** Repetitions have at least three digits, so that folders sort. */
const repetitionDigits = 3;
/** Maximum number of boots per cell. */
export const maximumRepetitions = 10_000;
const maximumTrials = 1_000_000;

/**
 * The trials of a run, repetition by repetition. Each repetition is a block with every cell once in random order, so that
 * a slow drift of the host affects all cells equally. For `trials: { looks }` the plan extends to the last look.
 * A shard keeps the order numbers and the digest of the whole plan.
 * @throws UsageError SEED_INVALID, REPETITIONS_INVALID, PLAN_TOO_LARGE, FILTER_INVALID or SHARD_INVALID
 * @throws UsageError if the filters or the shard leave nothing
 */
export function makePlan(matrix: Matrix, options: PlanOptions): Plan {
  const { seed } = options;
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new UsageError('SEED_INVALID', `the seed must be a whole number from 0 to 4294967295, not ${seed}`);
  }
  const repetitions = readRepetitions(matrix, options.repetitions);
  const cells = filterCells(matrix, options.filters ?? []);
  if (cells.length * repetitions > maximumTrials) {
    const message = `${cells.length} cells x ${repetitions} trials are more than ${maximumTrials} boots`;
    throw new UsageError('PLAN_TOO_LARGE', message, {
      hint: 'Select cells with --filter, or plan fewer trials.',
    });
  }
  const all = makeTrials(cells, repetitions, seed);
  const trials = options.shard === undefined ? all : selectShard(all, matrix.compare, options.shard);
  const mine = new Set(trials.map(({ cell }) => cell.id));
  return {
    matrix: matrix.name,
    seed,
    trials,
    cells: cells.filter(({ id }) => mine.has(id)),
    digest: planDigest(cells, repetitions, seed),
    ...(options.shard && {
      whole: { cells: cells.map(({ id }) => id), pairs: comparedPairs(cells, matrix.compare) },
    }),
  };
}

/** The name of a trial, and of its folder. */
export function trialId(cell: string, repetition: number): string {
  return `${cell}-${String(repetition).padStart(repetitionDigits, '0')}`;
}

/** How often a matrix boots each cell: with looks, until the last of them. */
export function declaredRepetitions({ trials }: Pick<Matrix, 'trials'>): number {
  return trials.kind === 'fixed' ? trials.count : Math.max(...trials.looks);
}

function readRepetitions(matrix: Matrix, given: number | undefined): number {
  const repetitions = given ?? declaredRepetitions(matrix);
  if (Number.isInteger(repetitions) && repetitions >= 1 && repetitions <= maximumRepetitions)
    return repetitions;
  throw new UsageError(
    'REPETITIONS_INVALID',
    `repetitions must be a whole number from 1 to ${maximumRepetitions}, not ${repetitions}`,
  );
}

function makeTrials(cells: readonly Cell[], repetitions: number, seed: number): Trial[] {
  const random = makeRandom(seed);
  const trials: Trial[] = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const cell of random.shuffle(cells)) {
      trials.push({ id: trialId(cell.id, repetition), cell, repetition, order: trials.length });
    }
  }
  return trials;
}

/** SHA-256 over the cells in the order of the matrix, their repetitions and the seed. */
export function planDigest(cells: readonly Pick<Cell, 'id'>[], repetitions: number, seed: number): string {
  const text = JSON.stringify([cells.map(cell => cell.id), repetitions, seed]);
  return createHash('sha256').update(text).digest('hex');
}
