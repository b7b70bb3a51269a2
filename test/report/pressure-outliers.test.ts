import t from 'tap';
import { metrics } from '../../harness/measurement/metric-table.ts';
import type { HostPressure } from '../../harness/measurement/record.ts';
import { explainOutliers } from '../../harness/report/pressure-outliers.ts';
import { samplesByCell } from '../../harness/store/sample.ts';
import { fakeCell, fakePlan, fakeRecord } from '../fakes/run-fixture.ts';

const times = metrics.filter(({ name }) => name === 'workload_ns');

/** The notes on a cell whose boots took these seconds under these pressures. */
function notes(boots: readonly [seconds: number, pressure?: Partial<HostPressure>][]) {
  const plan = fakePlan([fakeCell('c1', 'stats', 1)], boots.length);
  const records = plan.trials.map((trial, index) => {
    const [seconds = 1, pressure] = boots[index] ?? [];
    const hostPressure = pressure && { stealShare: 0, loadPerCpu: 1, ...pressure };
    return fakeRecord(trial, {}, undefined, {
      workloadNs: seconds * 1e9,
      ...(hostPressure && { hostPressure }),
    });
  });
  const [samples] = samplesByCell(plan, records).values();
  return samples ? explainOutliers(samples, times) : [];
}

const usual: [number, Partial<HostPressure>][] = [
  [4, { stealShare: 0.01 }],
  [4.1, { stealShare: 0.02 }],
  [4.2, {}],
  [3.9, { waitShare: 0.3 }],
  [4.1, { waitShare: 0.2 }],
];

t.test('a slow boot is explained by a host that was busier than for all others', async t => {
  t.match(notes([...usual, [9, { stealShare: 0.3 }]]), [
    {
      code: 'PRESSURE_OUTLIER',
      severity: 'note',
      trials: 1,
      message:
        'workload_ns: 1 slow boot is an outlier; meanwhile 30 % or more of the CPU time of the host went to its ' +
        'hypervisor (steal), at most 2 % during the others',
    },
  ]);
  t.match(
    notes([...usual, [9, { waitShare: 0.8 }]])[0]?.message,
    /80 % or more of the time other tasks waited .* 30 %/,
  );
});

t.test('nothing is explained', async t => {
  t.same(notes([...usual, [9, { waitShare: 0.31 }]]), [], 'by a host as busy as for others');
  t.same(notes([...usual, [4.3, { stealShare: 0.5 }]]), [], 'where the boot was no outlier');
  t.same(notes([...usual, [0.5, { stealShare: 0.5 }]]), [], 'where the boot was fast');
  t.same(notes([...usual, [9]]), [], 'without a reading of the host');
  t.same(notes([...usual.slice(0, 3), [9, { stealShare: 0.5 }]]), [], 'with so few boots');
});
