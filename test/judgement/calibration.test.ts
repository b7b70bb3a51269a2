import t from 'tap';
import { alarmTally, calibrate } from '../../harness/judgement/calibration.ts';
import { fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent } from '../fakes/run-folder-fixture.ts';
import { cells } from './side-fixture.ts';

t.test('the bound of a rate: no alarm in 59 excludes 5 % (Clopper and Pearson, one-sided)', async t => {
  t.ok(alarmTally(0, 59).upper < 0.05 && alarmTally(0, 58).upper > 0.05);
  t.equal(alarmTally(0, 0).upper, 1, 'nothing seen bounds nothing');
});

/** Six pairs of eight boots a side. */
function makeCalibration(finished = 96) {
  const content = fakeRunContent({
    run: fakeRun({ calibration: { pairs: 6, perSide: 8 } }),
    cells: cells.slice(0, 1),
    repetitions: 96,
    measure: (_, random) => ({ wasted_bytes: random.integer(1000) }),
  });
  return { ...content, records: content.records.slice(0, finished) };
}

t.test('equal halves give few alarms, the same ones each time', async t => {
  const calibration = calibrate(makeCalibration());
  t.match(calibration, { pairs: 6, perSide: 8, unfinished: 0, verdicts: { of: 6 } });
  t.ok(calibration.verdicts.alarms <= 1);
  t.strictSame(calibrate(makeCalibration()), calibration);
});

t.test('a pair that was interrupted is counted as unfinished, and not judged', async t => {
  t.match(calibrate(makeCalibration(90)), { unfinished: 1, verdicts: { of: 5 } });
});

t.test('a drift inside blocks is no alarm: a coin deals the two boots of a block to the sides', async t => {
  const content = makeCalibration();
  const { plan, records } = content;
  const slow = records.map((record, index) => ({
    ...record,
    metrics: { wasted_bytes: Number(record.metrics['wasted_bytes']) + (index % 2) * 1e9 },
  }));
  const { verdicts } = calibrate({ ...content, plan, records: slow });
  t.ok(verdicts.alarms < 6, 'no side is always the slow one');
});
