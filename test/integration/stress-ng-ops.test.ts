import t from 'tap';
import { labKernel, runLab } from './guest-lab.ts';

t.test('stress-ng ends by its operations, and their number does not depend on the guest', async t => {
  const run = await runLab(`${labKernel}
config: stats
vcpus: 2
memory: 1GiB
workload: { stress-ng-ops: { instances: 4, operations: 10 } }
trials: 2
`);
  t.teardown(run.remove);
  t.equal(run.records.length, 2);
  for (const { outcome, metrics } of run.records) {
    t.same(outcome, { kind: 'passed' });
    t.equal(metrics['stress_ng_ops'], 12, 'three for each instance');
    t.ok(Number(metrics['mods_loaded']) <= 12, 'merged loads are operations of several');
    t.ok(Number(metrics['mods_loaded']) >= 3);
  }
});
