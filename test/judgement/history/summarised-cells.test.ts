import t from 'tap';
import { summariseCells } from '../../../harness/judgement/history/summarised-cells.ts';
import { sideOfRun } from '../../../harness/judgement/side.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent } from '../../fakes/run-folder-fixture.ts';

t.test('a summary has the levels of a cell, exactly, and only of what was measured', async t => {
  const huge = 2n ** 60n;
  const content = fakeRunContent({
    run: fakeRun(),
    cells: [fakeCell('a', 'stats', 2), fakeCell('b', 'stats', 8)],
    repetitions: 4,
    measure: ({ id }, _, repetition) =>
      id === 'a' ? { wasted_bytes: String(huge + BigInt(repetition)), failed_load: repetition } : {},
  });
  const [first, second] = summariseCells(sideOfRun(content));
  t.match(first, { id: 'a', kernel: 'o', settings: { vcpus: '2' } });
  t.match(first?.levels, {
    failed_load: { n: 4, least: 1, greatest: 4, mean: 2.5, median: 2.5 },
    wasted_bytes: { n: 4, least: String(huge + 1n), greatest: String(huge + 4n) },
  });
  t.notOk(Object.hasOwn(second!.levels, 'wasted_bytes'));
});
