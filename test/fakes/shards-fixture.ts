import type { Cell, Matrix } from '../../harness/matrix/matrix.ts';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import { makePlan } from '../../harness/plan/plan.ts';
import type { Trial } from '../../harness/plan/trial.ts';
import { makeRandom, type Random } from '../../harness/random.ts';
import type { ShardContent } from '../../harness/store/merge-shards.ts';
import type { RunContent } from '../../harness/store/run-folder.ts';
import type { RunRecord } from '../../harness/store/run-record.ts';
import { fakeRecord, fakeRun } from './run-fixture.ts';
import { fakeCapabilities, fakeCount, fakeWaste } from './run-folder-fixture.ts';

/** A run of a matrix, whole and in shards, with the same values. */
export interface FakeShards {
  whole: RunContent;
  /** Without the shards that have nothing to run. */
  shards: ShardContent[];
}

/** What a trial measures: it depends on the trial and the seed only, not on where it runs. */
export type MeasureTrial = (trial: Trial, random: Random) => TrialRecord['metrics'];

/** Waste whose mean differs between the configs. */
export const twiceTheWaste: MeasureTrial = ({ cell }, random) =>
  fakeWaste(fakeCount(cell.config === 'stats' ? 100 : 200, random));

/** Runs every trial of a matrix, on one made-up host and on `count` of them. */
export function fakeShards(matrix: Matrix, seed: number, count: number, measure: MeasureTrial): FakeShards {
  const { cells: _, ...kept } = matrix;
  const record = (trial: Trial) =>
    fakeRecord(trial, measure(trial, makeRandom(seed * 10_007 + trial.order)), undefined, {
      capabilities: fakeCapabilities(trial.cell),
    });
  const describe = (cells: readonly Cell[], more: Partial<RunRecord>): RunRecord =>
    fakeRun({
      matrix: kept,
      seed,
      kernels: [...new Set(cells.map(({ config }) => config))].map(config => ({
        ...{
          kernel: 'lts',
          config,
          key: 'k',
          release: '6.12.95',
          objectDigest: `o-${config}`,
          origin: 'Debian',
        },
      })),
      images: [{ key: 'i', bytes: 1e6, versions: { 'stress-ng': '1' }, cells: cells.map(({ id }) => id) }],
      ...more,
    });
  const plan = makePlan(matrix, { seed });
  const whole = {
    plan,
    run: describe(plan.cells, { planDigest: plan.digest }),
    records: plan.trials.map(record),
  };
  const shards: ShardContent[] = [];
  for (let index = 1; index <= count; index++) {
    const part = partOf(matrix, seed, { index, count });
    if (part === undefined) continue;
    const { whole: known, ...shardPlan } = part;
    const run = `20261121T0300${String(index).padStart(2, '0')}Z-quick-3fa9`;
    shards.push({
      path: `shards/${index}`,
      plan: shardPlan,
      run: describe(shardPlan.cells, {
        ...{
          run,
          planDigest: plan.digest,
          startedAt: `2026-11-21T03:00:${String(index).padStart(2, '0')}.000Z`,
        },
        shard: { index, count, ...known },
      }),
      records: shardPlan.trials.map(record),
    });
  }
  return { whole, shards };
}

function partOf(matrix: Matrix, seed: number, shard: { index: number; count: number }) {
  try {
    return makePlan(matrix, { seed, shard });
  } catch (error) {
    if ((error as { code?: string }).code === 'SHARD_EMPTY') return undefined;
    throw error;
  }
}
