import t from 'tap';
import { exporter as terminal } from '../../../harness/report/formats/terminal.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { loadCostLines } from '../../../harness/report/text/load-cost.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../../fakes/run-fixture.ts';

t.test('what one load costs, a row for each cell that measured it', t => {
  const cells = ['xfs', 'small', 'storm'].map(name => {
    const cell = fakeCell(name, 'stats', 2);
    cell.label = `module=${name}`;
    return cell;
  });
  const metrics: Record<string, Record<string, number>> = {
    xfs: {
      ...{ load_ns: 79.4e6, duplicate_load_ns: 0.66e6, unload_ns: 280e6, decompress_ns: 0 },
      ...{ load_peak_bytes: 1_863_680, duplicate_load_bytes: 1_028_632, core_bytes: 692_224 },
      ...{ module_bytes: 1_028_632, symbols: 2771 },
    },
    small: {
      ...{ load_ns: 15.6e6, duplicate_load_ns: 0.19e6, unload_ns: 68e6, decompress_ns: 0 },
      ...{ duplicate_load_bytes: 21_304, core_bytes: 12_288, module_bytes: 21_304, symbols: 93 },
    },
    storm: { failed_becoming: 3 },
  };
  const plan = fakePlan(cells, 1);
  const records = plan.trials.map(trial => fakeRecord(trial, metrics[trial.cell.id]));
  const report = reportRun({ run: fakeRun(), plan, records }, 'results/x');
  t.same(loadCostLines(report.model.cells), [
    '              module  symbols  unpack  load  duplicate  unload  load peak  wasted  kept',
    'one load of      KiB               ns    ms         us      ms        MiB     KiB   KiB',
    '------------  ------  -------  ------  ----  ---------  ------  ---------  ------  ----',
    'module=xfs      1005     2771       0  79.4        660     280       1.78    1005   676',
    'module=small      21       93       0  15.6        190      68          -      21    12',
  ]);
  t.ok(terminal.run(report).includes(loadCostLines(report.model.cells).join('\n')));
  t.same(loadCostLines([]), []);
  t.end();
});
