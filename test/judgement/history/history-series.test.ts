import t from 'tap';
import { SeriesCollector } from '../../../harness/judgement/history/history-series.ts';
import { summariseCells } from '../../../harness/judgement/history/summarised-cells.ts';
import { sideOfRun } from '../../../harness/judgement/side.ts';
import type { RunRecord } from '../../../harness/store/run-record.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent } from '../../fakes/run-folder-fixture.ts';

const cells = [fakeCell('a', 'stats', 2)];

/** The summary of a night whose boots waste `waste` and three times as much. */
function night(waste: number, more: Partial<RunRecord> = {}): Parameters<SeriesCollector['add']> {
  const content = fakeRunContent({
    run: fakeRun(more),
    cells,
    repetitions: 3,
    measure: (_, __, repetition) => ({
      wasted_bytes: repetition === 1 ? waste * 3 : waste,
      boot_ns: repetition === 1 ? 9e9 : 1e9,
    }),
  });
  return [content.run, summariseCells(sideOfRun(content))];
}

const seriesOf = (collector: SeriesCollector, metric: string) =>
  collector.series.filter(({ definition }) => definition.name === metric);

t.test('a night is a point: the mean of counts, the median of times, with the range', async t => {
  const collector = new SeriesCollector();
  collector.add(...night(3e6, { run: 'one' }));
  collector.add(...night(6e6, { run: 'two' }));
  const [waste, ...others] = seriesOf(collector, 'wasted_bytes');
  t.strictSame(others, []);
  t.match(waste?.points, [
    { run: 'one', centre: 5e6, n: 3, least: 3e6, greatest: 9e6 },
    { run: 'two', centre: 10e6, n: 3, least: 6e6, greatest: 18e6 },
  ]);
  t.match(seriesOf(collector, 'boot_ns')[0]?.points, [{ centre: 1e9, greatest: 9e9 }, { centre: 1e9 }]);
  t.ok(collector.series.every(({ definition }) => definition.headline));
});

t.test('other conditions begin another series, which names them', async t => {
  const collector = new SeriesCollector();
  collector.add(...night(3e6));
  collector.add(...night(3e6, { qemu: { path: '/usr/bin/qemu-system-x86_64', version: '10.0.2' } }));
  t.match(seriesOf(collector, 'wasted_bytes'), [
    { beginsAnew: [], points: { length: 1 } },
    { beginsAnew: [{ fact: 'qemu', base: '7.2.22', new: '10.0.2' }], points: { length: 1 } },
  ]);
});
