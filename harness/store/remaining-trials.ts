import type { Outcome, TrialRecord } from '../measurement/record.ts';
import type { Plan, Trial } from '../plan/trial.ts';

/** Outcomes that say nothing about the guest: a resumed run tries these trials again. */
const repeatable: ReadonlySet<Outcome['kind']> = new Set(['interrupted', 'infrastructure']);

/** The trials of a plan that a resumed run still has to do, in planned order. */
export function remainingTrials(plan: Plan, records: readonly TrialRecord[]): Trial[] {
  const done = new Set(
    records.filter(record => !repeatable.has(record.outcome.kind)).map(record => record.trial),
  );
  return plan.trials.filter(trial => !done.has(trial.id));
}
