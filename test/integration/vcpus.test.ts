import t from 'tap';
import { labKernel, runLab } from './guest-lab.ts';

// Longer than a file's usual time: a kernel may have to be built first. The guests have their own deadlines.
t.setTimeout(900_000);

// 255 is the most that an xAPIC numbers; on two idle cores such a trial takes half a minute without KVM.
for (const vcpus of [64, 255]) {
  t.test(`a storm of a hundred loaders on ${vcpus} vCPUs`, { timeout: 600_000 }, async t => {
    const run = await runLab(`${labKernel}
axes: { config: [stats] }
vcpus: ${vcpus}
memory: 2GiB
workload: { stress-ng: { module: xfs, instances: 100, timeout: 1s } }
trials: 1
`);
    t.teardown(run.remove);
    const [record] = run.records;
    const phases = Object.entries(record!.phasesNs).map(
      ([phase, ns]) => `${phase} ${(ns / 1e9).toFixed(1)} s`,
    );
    t.comment(phases.join(', '));
    t.same(record!.outcome, { kind: 'passed' });
    t.equal(record!.capabilities?.cpusOnline, vcpus, 'every vCPU came up');
    t.ok(Number(record!.counters!.after.failed_becoming) > 0, 'loaders of one module met');
  });
}
