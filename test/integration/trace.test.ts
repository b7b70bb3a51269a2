import t from 'tap';
import { labKernel, runLab } from './guest-lab.ts';

/**
 * One kernel for all workloads: its config has the modules of every one of them. The ledger of each boot must equal the counters
 * and the table of the kernel, to the last load and the last byte.
 */
const matrix = `${labKernel}kernel: lts
config: stats+dups+trace+autoload+coldplug
vcpus: 4
memory: 2GiB
axes:
  workload:
    - stress-ng: { module: xfs, instances: 20, timeout: 1s }
    - storm: { workers: 8 }
    - storm: { workers: 8, inode: same }
    - autoload: {}
    - failing-init: {}
    - coldplug: {}
trials: 1
`;

t.test('the ledger adds up on every workload', async t => {
  const { records, trials, remove } = await runLab(matrix);
  t.teardown(remove);
  t.equal(records.length, 6);
  for (const record of records) {
    const label = trials.find(({ id }) => id === record.trial)?.cell.label ?? record.trial;
    t.same(record.outcome, { kind: 'passed' }, label);
    const about = record.findings.filter(({ code }) => /LEDGER|TRACE/.test(code));
    t.same(about, [], `${label}: no difference`);
    t.match(record.ledger, { addsUp: true, lostEvents: 0 }, label);
    t.ok((record.ledger?.attempts ?? 0) > 0, `${label}: calls were seen`);
  }
  const blame = (index: number) => records.find(({ order }) => order === index)?.ledger?.blame ?? [];
  const kinds = new Set(trials.flatMap(({ order }) => blame(order).map(({ kind }) => kind)));
  t.same([...kinds].sort(), ['kernel', 'program', 'udev'], 'all three kinds of requesters were found');
  const merged = records.filter(({ metrics }) => Number(metrics['merged_loads']) > 0);
  t.ok(merged.length > 0, 'loads of one file were merged, which no counter shows');
});
