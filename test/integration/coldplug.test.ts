import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readMatrix } from '../../harness/cli/inputs.ts';
import { fragmentsOfCell } from '../../harness/kernel/fragments.ts';
import { renderStatsTable } from '../../harness/report/formats/stats.ts';
import { labKernel, runLab } from './guest-lab.ts';

t.test('udev plugs a real guest: the modules of its CPUs are there, and none came in vain', async t => {
  const run = await runLab(`${labKernel}
config: stats+dups
vcpus: 4
memory: 1GiB
workload: coldplug
trials: 1
`);
  t.teardown(run.remove);
  const [record] = run.records;
  t.same(record?.outcome, { kind: 'passed' });
  const { metrics, counters, duplicates } = record!;
  t.ok(Number(metrics['settle_ns']) > Number(metrics['trigger_ns']), 'udev was busy after the trigger');
  t.ok(Number(metrics['modules_present']) >= 8, 'CPUs of `-cpu max` ask for crypto and KVM');
  const log = readFileSync(join(run.folder.trialFolder(record!.trial), 'channel.ndjson'), 'utf8');
  t.match(log, /"type":"exit"/);
  // A merged load that comes in the moment after the first has ended is a duplicate on a stock kernel too.
  t.ok(Number(metrics['duplicates']) <= 4, 'a stock kernel merges loads of one file');
  t.ok(Number(metrics['dup_warnings']) >= 0, 'what the kernel itself asks for is counted apart');
  const table = renderStatsTable({ counters: counters!.after, duplicates });
  const text = readFileSync(join(run.folder.trialFolder(record!.trial), 'stats-after.txt'), 'utf8');
  t.equal(
    table.replaceAll(/\s+/g, ' '),
    text.trimEnd().replaceAll(/\s+/g, ' '),
    'the table of the report is the one of the kernel',
  );
});

t.test('the matrices of a boot share the kernel of this test', async t => {
  const configs = new Set<string>();
  for (const name of ['boot-8', 'boot-255']) {
    const { matrix, workloads } = await readMatrix(name);
    for (const cell of matrix.cells) {
      configs.add(fragmentsOfCell(cell, workloads.get(cell.workload.name)!.fragments).join('+'));
    }
  }
  t.same([...configs], ['coldplug+dups+stats']);
});
