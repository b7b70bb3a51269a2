import t from 'tap';
import { exporter as terminal } from '../../../harness/report/formats/terminal.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { callLines } from '../../../harness/report/text/calls.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../../fakes/run-fixture.ts';

const times = (prefix: string, values: Record<string, number>) =>
  Object.fromEntries(Object.entries(values).map(([name, ms]) => [`${prefix}_${name}_ns`, ms * 1e6]));
const burst = (first: number, last: number) =>
  times('done', { first, quarter: first, half: (first + last) / 2, three_quarters: last, last });

t.test('what calls were told, and whether one waited for the other', t => {
  const cells = ['own', 'same', 'storm', 'sockets', 'plain'].map(name => {
    const cell = fakeCell(name, 'stats', 2);
    cell.label = `load=${name}`;
    return cell;
  });
  const metrics: Record<string, Record<string, number>> = {
    own: { attempts: 128, successes: 0, errno_ENODEV: 1, errno_EBUSY: 127, ...burst(311, 317) },
    same: { attempts: 8, successes: 0, errno_ENODEV: 8, errno_EBUSY: 0, ...burst(303, 2400) },
    storm: {
      ...{ attempts: 8, successes: 1, errno_EEXIST: 7, errno_other: 0 },
      ...times('latency', { min: 0.9, median: 12.9, p99: 17.6, max: 17.6 }),
    },
    sockets: { attempts: 64, successes: 48, errno_EAFNOSUPPORT: 16 },
    plain: { failed_becoming: 3 },
  };
  const plan = fakePlan(cells, 1);
  const records = plan.trials.map(trial => fakeRecord(trial, metrics[trial.cell.id]));
  const report = reportRun({ run: fakeRun(), plan, records }, 'results/x');
  const { cells: measured } = report.model;
  t.same(callLines(measured), [
    '                                first done  half done  last done',
    'calls of   results                      ms         ms         ms',
    '---------  -------------------  ----------  ---------  ---------',
    'load=own   127 EBUSY, 1 ENODEV         311        314        317',
    'load=same  8 ENODEV                    303       1352       2400',
    '',
    '                            shortest  median   p99  longest',
    'calls of    results               us      ms    ms       ms',
    '----------  --------------  --------  ------  ----  -------',
    'load=storm  7 EEXIST, 1 ok       900    12.9  17.6     17.6',
    '',
    'calls of      results',
    '------------  ----------------------',
    'load=sockets  48 ok, 16 EAFNOSUPPORT',
  ]);
  t.ok(terminal.run(report).includes(callLines(measured).join('\n')));
  t.same(callLines([]), []);
  t.end();
});
