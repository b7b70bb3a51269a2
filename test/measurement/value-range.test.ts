import t from 'tap';
import { measureTrial } from '../../harness/measurement/trial-measurement.ts';
import { rangeFault } from '../../harness/measurement/value-range.ts';
import { evidence } from './trial-evidence-fixture.ts';

t.test('what 64 bits can count is possible, nothing else', async t => {
  for (const value of [0, 0.5, 1, 2 ** 53, 1.8e19, '0', '18446744073709551615'])
    t.equal(rangeFault(value), undefined, String(value));
  for (const value of [-1, -0.001, '-1', '-18446744073709551615'])
    t.match(rangeFault(value), /negative/, String(value));
  for (const value of [2 ** 64, 1e300, Number.MAX_VALUE, '18446744073709551616', '9'.repeat(40)])
    t.match(rangeFault(value), /2\^64/, String(value));
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 'many', '', '1e5', '9'.repeat(41)])
    t.match(rangeFault(value), /not a number/, String(value));
});

t.test('a trial whose workload gives an impossible value, or one twice, has no numbers', async t => {
  const declared = [
    { name: 'attempts', unit: 'count', class: 'count', worse: 'none', description: 'Calls.' },
    { name: 'p99_ns', unit: 'ns', class: 'time', worse: 'higher', description: 'Slow calls.' },
  ] as const;
  for (const [text, reason] of [
    ['attempts -1\np99_ns 5\n', /^attempts is -1, and nothing that is measured is negative$/],
    ['attempts 1\np99_ns -0.5\n', /^p99_ns is -0\.5, .*negative/],
    ['attempts 1\np99_ns 1e300\n', /^p99_ns is 1e\+300, .*2\^64/],
    ['attempts 18446744073709551616\np99_ns 1\n', /^attempts is 18446744073709551616, .*2\^64/],
    ['attempts 1\nattempts 2\np99_ns 1\n', /gave attempts twice, as 1 and as 2/],
  ] as const) {
    const { invalid, metrics } = measureTrial(
      evidence({
        results: [{ file: '/run/metrics', format: 'metrics', text }],
        expected: { vcpus: 2, moduleStats: true, metrics: declared },
      }),
    );
    t.match(invalid, reason, text);
    t.same(metrics, {});
  }
});
