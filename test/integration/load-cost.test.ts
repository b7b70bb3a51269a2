import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { labKernel, runLab } from './guest-lab.ts';

const rounds = 3;
const memoryRounds = 2;
/** With the first round, which is not measured. */
const allRounds = 1 + rounds + memoryRounds;

t.test('what one load costs, by module, compression and decompressor', async t => {
  const run = await runLab(`${labKernel}
config: stats
vcpus: 2
memory: 1GiB
axes: { compression: [none, zstd], decompress: [user, kernel] }
exclude: [{ compression: none, decompress: kernel }]
include:
  - workload: { load-cost: { module: modstorm_fail, arguments: error=0, rounds: ${rounds}, memory_rounds: ${memoryRounds} } }
workload: { load-cost: { rounds: ${rounds}, memory_rounds: ${memoryRounds} } }
trials: 1
`);
  t.teardown(run.remove);
  t.equal(run.records.length, 4);
  for (const record of run.records) {
    const { cell } = run.trials.find(({ id }) => id === record.trial)!;
    await t.test(cell.label, async t => {
      t.same(record.outcome, { kind: 'passed' });
      const metric = (name: string): number => {
        const value = record.metrics[name];
        if (value === undefined) throw new Error(`there is no ${name}`);
        return Number(value);
      };
      for (const name of ['loads', 'duplicate_loads', 'unloads', 'mods_loaded', 'failed_becoming'])
        t.equal(metric(name), allRounds, `${name}: the kernel and the workload count alike`);
      for (const name of ['load', 'duplicate_load', 'unload', 'decompress']) {
        t.ok(metric(`${name}_min_ns`) <= metric(`${name}_ns`), name);
        t.ok(metric(`${name}_ns`) <= metric(`${name}_max_ns`), name);
      }
      t.ok(metric('duplicate_load_min_ns') < metric('load_min_ns'), 'in vain, but soon over');
      const packed = cell.compression === 'zstd';
      const inKernel = cell.decompress === 'kernel';
      t.equal(metric('decompress_ns') > 0, packed && !inKernel, 'only what user space does is told apart');
      t.equal(metric('stored_bytes') < metric('module_bytes'), packed);
      const charged = metric('module_bytes') + (inKernel ? metric('stored_bytes') : 0);
      t.equal(metric('duplicate_load_bytes'), charged, 'as kernel/module/stats.c charges it');
      t.ok(metric('symbols') > metric('undefined_symbols') && metric('undefined_symbols') > 0);
      if (metric('module_bytes') > 1e6) {
        // The layout, and beside it the file as it was read.
        const held = metric('core_bytes') + (packed && !inKernel ? 0 : metric('module_bytes'));
        t.ok(metric('load_peak_bytes') >= held, `${metric('load_peak_bytes')} of ${held} bytes`);
        t.ok(metric('load_peak_bytes') <= 3 * held);
      }
      const folder = run.folder.trialFolder(record.trial);
      const name = (await readdir(folder)).find(file => file.endsWith('load-cost-samples.txt'))!;
      const lines = (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');
      t.equal(lines.length, 1 + rounds, 'the times of every round are kept');
      t.match(lines[1], /^\d+ \d+ \d+ \d+$/);
    });
  }
});
