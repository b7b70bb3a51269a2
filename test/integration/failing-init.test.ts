import t from 'tap';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import { labKernel, runLab } from './guest-lab.ts';

const loads = 24;
const delayNs = 100e6;

t.test('loads of a module whose init fails: errors by inode, and nobody waits in turn', async t => {
  // The kernel of autoload.test.ts, so that one build serves both.
  const run = await runLab(`${labKernel}
config: stats+dups+autoload
axes: { workload.inode: [same, own] }
vcpus: 2
memory: 512MiB
workload: { failing-init: { loads: ${loads}, error: ENODEV, delay: 100ms } }
trials: 1
`);
  t.teardown(run.remove);
  const by = (inode: string): TrialRecord =>
    run.records.find(record => {
      const { cell } = run.trials.find(({ id }) => id === record.trial)!;
      return cell.workload.parameters['inode'] === inode;
    })!;
  const [same, own] = [by('same'), by('own')];
  for (const { outcome, metrics } of [same, own]) {
    t.same(outcome, { kind: 'passed' });
    t.equal(metrics['attempts'], loads);
    t.equal(metrics['successes'], 0);
    t.equal(Number(metrics['errno_ENODEV']) + Number(metrics['errno_EBUSY']), loads);
    t.equal(metrics['errno_other'], 0);
    const times = ['first', 'quarter', 'half', 'three_quarters', 'last'].map(name =>
      Number(metrics[`done_${name}_ns`]),
    );
    t.same(
      times.toSorted((a, b) => a - b),
      times,
      'the k-th call is done before the next',
    );
    t.ok(times[0]! >= delayNs, 'init takes its time');
  }
  // Those that come when the first is through begin anew; under load that happens.
  t.ok(Number(own.metrics['errno_EBUSY']) > 0, 'loads of another file wait for the first and are refused');
  t.equal(
    Number(own.metrics['failed_becoming']) + Number(own.metrics['failed_load']),
    own.metrics['errno_EBUSY'],
    'and the kernel counts each',
  );
  t.ok(
    Number(same.metrics['errno_ENODEV']) > Number(own.metrics['errno_ENODEV']),
    'loads of the same file are merged with the first and get its error',
  );
});
