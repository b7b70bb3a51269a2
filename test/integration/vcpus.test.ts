import t from 'tap';
import { labKernel, runLab } from './guest-lab.ts';

// Longer than the file's usual time: kernels that others build come first. The guest itself has its own deadlines.
t.setTimeout(900_000);

t.test('a storm of a hundred loaders on 64 vCPUs', { timeout: 600_000 }, async t => {
  const run = await runLab(`${labKernel}
axes: { config: [stats] }
vcpus: 64
memory: 2GiB
workload: { stress-ng: { module: xfs, instances: 100, timeout: 1s } }
trials: 1
`);
  t.teardown(run.remove);
  const [record] = run.records;
  const phases = Object.entries(record!.phasesNs).map(([phase, ns]) => `${phase} ${(ns / 1e9).toFixed(1)} s`);
  t.comment(phases.join(', '));
  t.same(record!.outcome, { kind: 'passed' });
  t.equal(record!.capabilities?.cpusOnline, 64, 'every vCPU came up');
  t.ok(Number(record!.counters!.after.failed_becoming) > 0, 'loaders of one module met');
});
