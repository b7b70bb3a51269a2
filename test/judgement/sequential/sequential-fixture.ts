import { SequentialRun } from '../../../harness/judgement/sequential/sequential-run.ts';
import type { Cell } from '../../../harness/matrix/matrix.ts';
import type { TrialRecord } from '../../../harness/measurement/record.ts';
import type { Plan, Trial } from '../../../harness/plan/trial.ts';
import { makeRandom, type Random } from '../../../harness/random.ts';
import type { RunRecord } from '../../../harness/store/run-record.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeCapabilities } from '../../fakes/run-folder-fixture.ts';

export const looks = [8, 12, 20];
export const compare = { axis: 'config', base: 'stats' };

/** By its own gate of 5 % no look of so few boots settles `failed_boots`: half of the boots would have to fail here. */
export const lenient = { failed_boots: { atLeast: 0.5 } };

/** A run of `cells` with looks at 8, 12 and 20 boots. */
export function sequentialFixture(cells: readonly Cell[], gates = {}): { run: RunRecord; plan: Plan } {
  const run = fakeRun();
  run.matrix.gates = gates;
  run.matrix.trials = { kind: 'looks', looks };
  run.matrix.compare = compare;
  return { run, plan: fakePlan(cells, 20) };
}

/** Two cells that the fixture compares. */
export const pairOfCells = (vcpus: number) => [
  fakeCell(`a${vcpus}`, 'stats', vcpus),
  fakeCell(`b${vcpus}`, 'stats+dups', vcpus),
];

/** The metrics of a trial. */
export type Measure = (trial: Trial, random: Random) => TrialRecord['metrics'];

/** Runs a plan as the scheduler does, `ahead` trials at a time, and returns what the journal would hold. */
export function simulate(
  { run, plan }: { run: RunRecord; plan: Plan },
  measure: Measure,
  seed: number,
  options: { ahead?: number; stopAfter?: number; records?: TrialRecord[] } = {},
): TrialRecord[] {
  const records = [...(options.records ?? [])];
  const sequential = new SequentialRun({ run, plan, records });
  const done = new Set(records.map(({ trial }) => trial));
  const running: TrialRecord[] = [];
  const finish = () => {
    const record = running.shift()!;
    records.push(record);
    sequential.add(record);
  };
  for (const trial of plan.trials) {
    if (done.has(trial.id) || !sequential.stillWanted(trial)) continue;
    if (records.length + running.length >= (options.stopAfter ?? Number.POSITIVE_INFINITY)) break;
    // The value of a trial depends on the trial only, so that a resumed run measures the same.
    const random = makeRandom(seed * 10_007 + trial.order);
    running.push(
      fakeRecord(trial, measure(trial, random), undefined, { capabilities: fakeCapabilities(trial.cell) }),
    );
    if (running.length >= (options.ahead ?? 1)) finish();
  }
  while (running.length > 0) finish();
  return records;
}
