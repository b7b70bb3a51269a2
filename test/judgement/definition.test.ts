import t from 'tap';
import { gateNames, metricDefinitions } from '../../harness/judgement/definition.ts';
import { failedBoots } from '../../harness/judgement/side.ts';

t.test('definitions: what is declared, gated and leads', async t => {
  const request = {
    workloadMetrics: {},
    gates: {},
    design: 'fixed-work' as const,
    emulated: false,
    measured: new Set(['wasted_bytes', 'boot_ns', 'mods_loaded']),
  };
  const find = (name: string, change: Partial<typeof request> = {}) =>
    metricDefinitions({ ...request, ...change }).find(one => one.name === name);
  t.match(find('wasted_bytes'), { headline: true, gated: true, gate: { atLeast: 4096, relative: 0.05 } });
  t.match(find('mods_loaded'), { headline: true, gated: false }, 'no direction is worse');
  t.match(find('boot_ns'), { gated: true });
  t.match(find('boot_ns', { emulated: true }), { gated: false });
  t.equal(find('settle_ns'), undefined, 'no workload of the run can yield it');
  t.match(find('failed_becoming', { gates: { failed_becoming: { atLeast: 3 } } }), {
    headline: true,
    gated: true,
  });
  t.match(find('wasted_bytes', { gates: { failed_becoming: { atLeast: 3 } } }), {
    headline: false,
    gated: false,
  });
  t.match(find('wasted_bytes', { gates: { wasted_bytes: { worse: 'none' } } }), {
    gated: false,
    worse: 'none',
  });
  const extra = { name: 'latency', unit: 'ns', class: 'time', worse: 'higher', description: '' } as const;
  const own = { workloadMetrics: { storm: [extra] } };
  t.match(find('latency', own as never), { family: 'storm', class: 'time' });
  t.ok(
    gateNames({ storm: [extra] }).metrics.includes('latency') && gateNames({}).metrics.includes(failedBoots),
  );
  t.notOk(gateNames({}).totals.includes(failedBoots), 'a share of boots is no total');
});
