import t from 'tap';
import { metricRegistry, workloadMetric } from '../../harness/measurement/metric-registry.ts';
import { metrics } from '../../harness/measurement/metric-table.ts';
import { storedValue } from '../../harness/measurement/stored-value.ts';
import { measureTrial } from '../../harness/measurement/trial-measurement.ts';
import { parseMetricLines } from '../../harness/measurement/workload/metric-lines.ts';
import { evidence } from './trial-evidence-fixture.ts';

t.test('metrics of a workload', async t => {
  const declared = [
    { name: 'attempts', unit: 'count', class: 'count', worse: 'none', description: 'Calls.' },
    { name: 'p99_ns', unit: 'ns', class: 'time', worse: 'higher', description: 'Slow calls.' },
  ] as const;
  const lines = parseMetricLines('attempts 100\np99_ns 1.5e6\nother 3\nattempts x\n\0\n', declared);
  t.same(lines.values, { attempts: 100, p99_ns: 1500000 });
  t.match(lines.findings, [{ code: 'METRIC_INVALID' }]);
  const result = measureTrial(
    evidence({
      results: [{ file: '/run/metrics', format: 'metrics', text: 'attempts 18446744073709551615\n' }],
      expected: { vcpus: 2, moduleStats: true, metrics: declared },
    }),
  );
  t.equal(result.metrics['attempts'], '18446744073709551615');
  t.match(result.findings, [{ code: 'METRIC_MISSING', message: /p99_ns/ }]);
  t.equal(storedValue(-5n), -5);

  const registry = metricRegistry({ storm: declared, autoload: [declared[0]] });
  t.equal(registry.size, metrics.length + 2);
  t.match(registry.get('p99_ns'), {
    family: 'storm',
    gate: { atLeast: 1e6, relative: 0.05 },
    headline: false,
    title: 'p99',
  });
  t.equal(
    workloadMetric('x', { ...declared[0], name: 'settle_ns' }),
    metrics.find(({ name }) => name === 'settle_ns'),
    'ours keep their meaning',
  );
  for (const family of new Set(metrics.map(metric => metric.family))) {
    t.equal(
      metrics.filter(metric => metric.family === family && metric.headline).length,
      1,
      `one headline: ${family}`,
    );
  }
});
