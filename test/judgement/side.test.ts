import t from 'tap';
import { failedBoots, sideOfBaseline, sideOfRun } from '../../harness/judgement/side.ts';
import { makeBaseline } from '../../harness/store/baseline.ts';
import { makeContent } from './side-fixture.ts';

t.test('sides: values by repetition, outcomes as a metric, a baseline like its run', async t => {
  const { run, plan, records } = makeContent();
  const kinds = records.map((record, index) => {
    if (record.cell !== 'a') return record;
    const outcome =
      index < 3
        ? ({ kind: 'crashed', title: 'x', class: 'oops' } as const)
        : index < 6
          ? ({ kind: 'infrastructure', reason: 'x' } as const)
          : record.outcome;
    return { ...record, outcome };
  });
  const side = sideOfRun({ run, plan, records: kinds });
  const [first] = side.cells;
  t.strictSame(
    first?.values.get(failedBoots),
    [1, null, 0, 0, 0, 0, 0, 0],
    'a lost boot is neither good nor bad',
  );
  t.strictSame(first?.values.get('wasted_bytes')?.slice(0, 2), [null, null]);
  t.equal(first?.values.get('wasted_bytes')?.length, 8);
  t.match(first?.facts, { workload: 'stress-ng 1', cpus_online: '2' });
  const saved = sideOfBaseline(makeBaseline('x', { run, plan, records: kinds })).cells.find(
    ({ id }) => id === 'a',
  );
  t.strictSame(saved?.values.get(failedBoots), [0, 0, 0, 0, 0, 0, 1]);
  t.strictSame(saved?.values.get('wasted_bytes'), first?.values.get('wasted_bytes')?.slice(2));
  const shuffled = { ...plan, trials: [...plan.trials].reverse() };
  t.strictSame(
    sideOfRun({ run, plan: shuffled, records }).cells.map(({ id }) => id),
    ['a', 'b', 'c'],
    'cells stay in the order of the matrix, whichever booted first',
  );
  const dead = sideOfRun({ run, plan, records: [] });
  t.equal(dead.cells[0]?.facts, undefined);
});
