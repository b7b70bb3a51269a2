import t from 'tap';
import { SequentialRun } from '../../../harness/judgement/sequential/sequential-run.ts';
import type { TrialRecord } from '../../../harness/measurement/record.ts';
import { fakeRecord, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeCapabilities } from '../../fakes/run-folder-fixture.ts';
import { lenient, looks, pairOfCells, sequentialFixture } from './sequential-fixture.ts';

const fixture = sequentialFixture(pairOfCells(2), lenient);
const trialsUpTo = (look: number) => fixture.plan.trials.filter(({ repetition }) => repetition <= look);
const trialAt = (repetition: number) => fixture.plan.trials.find(trial => trial.repetition === repetition)!;

/** The records of the first boots; the sides differ clearly, or not at all. */
function recordsUpTo(look: number, differ: boolean): TrialRecord[] {
  return trialsUpTo(look).map(trial =>
    fakeRecord(
      trial,
      { wasted_bytes: (differ && trial.cell.config !== 'stats' ? 9e9 : 1e6) + trial.repetition * 3e5 },
      undefined,
      { capabilities: fakeCapabilities(trial.cell) },
    ),
  );
}

t.test('while a look is being filled, its cells may run ahead', async t => {
  const run = new SequentialRun({ ...fixture, records: recordsUpTo(7, true) });
  t.equal(run.progress?.taken, 0);
  t.equal(run.progress?.awaited.size, 2);
  t.ok(run.stillWanted(trialAt(8)));
  t.ok(run.stillWanted(trialAt(9)), 'the look may decide that it is needed');
});

t.test('the look is taken with its last trial, and a decided pair gets no more', async t => {
  const run = new SequentialRun({ ...fixture, records: recordsUpTo(7, true) });
  const [first, last] = recordsUpTo(8, true).slice(-2);
  run.add(first!);
  t.equal(run.progress?.taken, 0);
  run.add({ ...last!, outcome: { kind: 'interrupted' } });
  t.equal(run.progress?.taken, 0, 'an interrupted trial will be repeated');
  run.add(last!);
  t.equal(run.progress?.taken, 1);
  t.notOk(run.stillWanted(trialAt(9)));
});

t.test('an open pair continues to the next look', async t => {
  const run = new SequentialRun({ ...fixture, records: recordsUpTo(8, false) });
  t.ok(run.stillWanted(trialAt(looks[1]!)));
});

t.test('without looks every trial is wanted', async t => {
  const run = new SequentialRun({ run: fakeRun(), plan: fixture.plan, records: [] });
  t.equal(run.progress, undefined);
  t.ok(run.stillWanted(trialAt(20)));
});
