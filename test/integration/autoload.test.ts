import t from 'tap';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import { labKernel, runLab } from './guest-lab.ts';

/** Of the requests that were made again, the most frequent callers by name. */
function callersOf(record: TrialRecord | undefined, name: string): unknown[] {
  return (record?.callers ?? [])
    .filter(caller => caller.name === name)
    .map(({ caller, chain, count }) => ({ caller, chain, count }));
}

t.test('50 threads ask for one module: 49 duplicates, in both forms, and who asked', async t => {
  const run = await runLab(`${labKernel}
config: stats+dups
axes: { command_line: ['', module.enable_dups_trace=1 log_buf_len=4M] }
vcpus: 2
memory: 512MiB
workload: { autoload: { driver: tun, threads: 50 } }
include:
  - { command_line: module.enable_dups_trace=1 log_buf_len=4M, workload: { autoload: { case: get_fs_type } } }
  - { command_line: module.enable_dups_trace=1 log_buf_len=4M, workload: { autoload-plain: { what: all, threads: 16 } } }
trials: 1
`);
  t.teardown(run.remove);
  const by = (commandLine: string, workload: string, parameter: Record<string, unknown> = {}) =>
    run.records.find(record => {
      const { cell } = run.trials.find(({ id }) => id === record.trial)!;
      const { name, parameters } = cell.workload;
      return (
        cell.commandLine === commandLine &&
        name === workload &&
        Object.entries(parameter).every(([key, value]) => parameters[key] === value)
      );
    });
  const trace = 'module.enable_dups_trace=1 log_buf_len=4M';
  const lines = by('', 'autoload');
  const stacks = by(trace, 'autoload', { case: 'request_module' });
  const types = by(trace, 'autoload', { case: 'get_fs_type' });
  const plain = by(trace, 'autoload-plain');

  for (const record of [lines, stacks, types, plain]) t.same(record?.outcome, { kind: 'passed' });
  t.same(lines?.duplicateRequests, [{ name: 'tun', count: 49 }]);
  t.equal(lines?.callers, undefined, 'a line says nothing of who asked');
  t.same(stacks?.duplicateRequests, [{ name: 'tun', count: 49 }]);
  t.same(callersOf(stacks, 'tun'), [
    { caller: 'run_request [test_kmod]', chain: ['run_request [test_kmod]'], count: 49 },
  ]);
  t.notOk(
    stacks?.findings.some(({ code }) => code === 'KERNEL_REPORT'),
    'an expected WARN is data, not a crash',
  );
  t.equal(stacks?.metrics['dup_warnings'], 49);
  t.equal(stacks?.metrics['test_result'], 0);
  t.same(callersOf(types, 'fs-xfs')[0], {
    caller: 'get_fs_type',
    chain: ['get_fs_type', 'run_request [test_kmod]'],
    count: types?.duplicateRequests[0]?.count,
  });
  t.equal(types?.duplicateRequests[0]?.name, 'fs-xfs');

  t.equal(plain?.metrics['attempts'], 16 * 6);
  t.equal(plain?.metrics['errno_EAFNOSUPPORT'], 0, 'the modules of all socket families came');
  t.equal(plain?.metrics['errno_ENODEV'], 0, 'and those of all file systems');
  t.ok(Number(plain?.metrics['dup_warnings']) > 0, 'requests of 16 threads meet');
});
