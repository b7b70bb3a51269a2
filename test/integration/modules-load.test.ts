import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { labKernel, runLab } from './guest-lab.ts';

t.test('systemd loads a list of modules in as many threads as it is told', async t => {
  // The kernel of the matrices of a boot, so that one build serves both.
  const run = await runLab(`${labKernel}
config: stats+dups
vcpus: 2
memory: 1GiB
axes: { compression: [none, zstd], workload.threads: [0, 16] }
exclude: [{ compression: none, workload.threads: 0 }]
workload: modules-load
trials: 1
`);
  t.teardown(run.remove);
  t.equal(run.records.length, 3);
  const loaded = new Set<unknown>();
  for (const record of run.records) {
    const { cell } = run.trials.find(({ id }) => id === record.trial)!;
    await t.test(cell.label, async t => {
      const folder = run.folder.trialFolder(record.trial);
      const log = await readFile(join(folder, 'stderr.txt'), 'utf8');
      t.same(record.outcome, { kind: 'passed' }, log);
      const { metrics } = record;
      loaded.add(metrics['modules_loaded']);
      t.equal(metrics['modules_loaded'], metrics['mods_loaded'], 'the kernel counted as many');
      t.ok(Number(metrics['modules_load_ns']) > 0);
      if (cell.label.includes('threads=0')) {
        t.match(log, /Single-threaded probe/);
        t.equal(metrics['failed_becoming'], 0, 'one after the other nothing is loaded twice');
      } else {
        t.match(log, /Using 14 probe threads/, 'one for each of the 14 modules of the list');
        const failures = Number(metrics['failed_becoming']) + Number(metrics['failed_load']);
        // A module from a file is merged, but for the moment after a load has ended; one from memory never is.
        if (cell.label.includes('compression=none')) t.ok(failures <= 6, `${failures} failures`);
        else t.ok(failures >= 1, `${failures} failures`);
      }
    });
  }
  t.equal(loaded.size, 1, 'whatever the threads, the same modules are there in the end');
});
