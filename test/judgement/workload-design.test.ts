import t from 'tap';
import { forDesign } from '../../harness/judgement/workload-design.ts';
import { metrics } from '../../harness/measurement/metric-table.ts';

const find = (name: string) => metrics.find(metric => metric.name === name)!;

t.test('under fixed time no total leads or is worse, and rates lead', async t => {
  for (const metric of metrics.filter(({ total }) => total))
    t.match(forDesign(metric, 'fixed-time'), { family: 'throughput', headline: false, worse: 'none' });
  t.match(forDesign(find('waste_per_request'), 'fixed-time'), { headline: true, worse: 'higher' });
  t.match(forDesign(find('loads_per_second'), 'fixed-time'), { headline: true, worse: 'lower' });
  t.strictSame(forDesign(find('boot_ns'), 'fixed-time'), find('boot_ns'), 'a time stays what it is');
});

t.test('under fixed work every metric is what the table says', async t => {
  for (const metric of metrics) t.equal(forDesign(metric, 'fixed-work'), metric);
});
