import t from 'tap';
import { remainingTrials } from '../../harness/run/execute-run.ts';
import { fakeCell, fakePlan, fakeRecord } from '../fakes/run-fixture.ts';

const plan = fakePlan([fakeCell('c1', 'stats', 2), fakeCell('c2', 'stats', 8)], 3);

t.test('what a resumed run still has to do', async t => {
  const done = [
    fakeRecord(plan.trials[0]!),
    fakeRecord(plan.trials[1]!, {}, { kind: 'interrupted' }),
    fakeRecord(plan.trials[2]!, {}, { kind: 'infrastructure', reason: 'x' }),
    fakeRecord(plan.trials[3]!, {}, { kind: 'crashed', title: 'x', class: 'panic' }),
    fakeRecord(plan.trials[4]!, {}, { kind: 'invalid', reason: 'x' }),
  ];
  const left = remainingTrials(plan, done).map(trial => trial.id);
  t.strictSame(left, [plan.trials[1]!.id, plan.trials[2]!.id, plan.trials[5]!.id]);
});
