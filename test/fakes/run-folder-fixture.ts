import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell } from '../../harness/matrix/matrix.ts';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import type { Plan } from '../../harness/plan/trial.ts';
import { makeRandom, type Random } from '../../harness/random.ts';
import type { RunRecord } from '../../harness/store/run-record.ts';
import { encodePlan } from '../../harness/store/stored-plan.ts';
import { fakePlan, fakeRecord } from './run-fixture.ts';

/** What the guests of a made-up run prove about themselves. */
export const fakeCapabilities = (cell: Cell): NonNullable<TrialRecord['capabilities']> => ({
  release: '6.12.95',
  moduleStats: true,
  autoloadDups: cell.config.includes('dups'),
  dupsTrace: false,
  decompress: false,
  cpusOnline: cell.vcpus,
});

/** A count that varies much between boots: 0 to about five times the mean. */
export function fakeCount(mean: number, random: Random): number {
  return Math.round(mean * -Math.log(1 - random.uniform()));
}

/** What so many failed loads of one module of 1653728 bytes make of the metrics. */
export function fakeWaste(failed: number): { wasted_bytes: string; failed_becoming: number; failed_load: 0 } {
  return { wasted_bytes: String(BigInt(failed) * 1653728n), failed_becoming: failed, failed_load: 0 };
}

/** A whole made-up run: every trial of every cell passes with the metrics that `measure` gives it. */
export function fakeRunContent(options: {
  run: RunRecord;
  cells: readonly Cell[];
  repetitions: number;
  seed?: number;
  measure: (cell: Cell, random: Random, repetition: number) => TrialRecord['metrics'];
}): { run: RunRecord; plan: Plan; records: TrialRecord[] } {
  const random = makeRandom(options.seed ?? 1);
  const plan = fakePlan(options.cells, options.repetitions);
  const records = plan.trials.map(trial =>
    fakeRecord(trial, options.measure(trial.cell, random, trial.repetition), undefined, {
      capabilities: fakeCapabilities(trial.cell),
    }),
  );
  return { run: options.run, plan, records };
}

/** Writes a run as `modstorm run` leaves it, without the evidence of its trials; returns its folder. */
export function writeFakeRun(
  root: string,
  { run, plan, records }: { run: RunRecord; plan: Plan; records: readonly TrialRecord[] },
): string {
  const folder = join(root, run.run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(encodePlan(plan)));
  const header = { journal: 'modstorm', version: 1, run: run.run, planDigest: plan.digest };
  writeFileSync(
    join(folder, 'journal.ndjson'),
    [header, ...records].map(line => `${JSON.stringify(line)}\n`).join(''),
  );
  return folder;
}
