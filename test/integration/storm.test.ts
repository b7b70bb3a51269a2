import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import { labKernel, runLab } from './guest-lab.ts';

const workers = 4;

/** One boot for each setting of the cell; every worker loads a copy of its own, once. */
async function stormRun(t: Test, settings: string): Promise<Map<string, TrialRecord>> {
  const run = await runLab(`${labKernel}config: stats\nmemory: 1GiB\ntrials: 1\n${settings}`);
  t.teardown(run.remove);
  for (const [index, record] of run.records.entries()) {
    const folder = join(run.folder.path, 'trials', record.trial);
    const names = await readdir(folder);
    const result = names.find(name => name.endsWith('storm.txt'));
    const evidence = result === undefined ? names : await readFile(join(folder, result), 'utf8');
    t.equal(record.outcome.kind, 'passed', `${index}: ${JSON.stringify(record.outcome)} ${evidence}`);
  }
  const labels = new Map(run.trials.map(trial => [trial.id, trial.cell.label]));
  return new Map(run.records.map(record => [labels.get(record.trial)!, record]));
}

/** A metric that must be there, as a number. */
function metricOf(record: TrialRecord, name: string): number {
  const value = record.metrics[name];
  if (value === undefined) throw new Error(`${record.trial} has no ${name}`);
  return Number(value);
}

/**
 * What kernel/module/stats.c says of the allocations of a load: the file as it was read (kread), its decompressed form,
 * and the layout of the module. A load that fails while becoming a module is charged the first two, each with its
 * exact length: mod_stat_bump_becoming() adds info->len, and info->compressed_len when the kernel decompressed. (The
 * pages of the decompressed form are whole ones, but module_decompress() sets info->len to the bytes that came out.)
 * One that fails after the layout is charged info->len twice: the layout is taken to be as long as the file.
 */
function checkModel(t: Test, record: TrialRecord, inKernel: boolean): void {
  const length = metricOf(record, 'module_bytes');
  const stored = metricOf(record, 'stored_bytes');
  const compressed = inKernel ? stored : 0;
  t.equal(metricOf(record, 'becoming_bytes'), metricOf(record, 'failed_becoming') * (length + compressed));
  t.equal(metricOf(record, 'load_bytes'), metricOf(record, 'failed_load') * (2 * length + compressed));
  t.equal(
    metricOf(record, 'wasted_bytes'),
    metricOf(record, 'becoming_bytes') + metricOf(record, 'load_bytes'),
    'nothing else was thrown away',
  );
}

t.test('a failed load is charged what the documentation of the kernel says', async t => {
  const records = await stormRun(
    t,
    `vcpus: 2
axes: { compression: [none, zstd], decompress: [user, kernel], workload.fault: [false, true] }
exclude: [{ compression: none, decompress: kernel }]
workload: { storm: { module: xfs, workers: ${workers} } }
`,
  );
  t.equal(records.size, 6);
  for (const [label, record] of records) {
    await t.test(label, async t => {
      const packed = label.includes('compression=zstd');
      const inKernel = label.includes('decompress=kernel');
      const fault = label.includes('fault=true');
      const becoming = metricOf(record, 'failed_becoming');
      const late = metricOf(record, 'failed_load');
      t.equal(metricOf(record, 'attempts'), workers);
      t.equal(metricOf(record, 'stored_bytes') < metricOf(record, 'module_bytes'), packed);
      checkModel(t, record, inKernel);
      // Copies are never merged: one gets in, and each of the others is thrown away, early or late.
      t.equal(metricOf(record, 'successes'), fault ? 0 : 1);
      t.equal(metricOf(record, 'mods_loaded'), fault ? 0 : 1);
      t.equal(becoming + late, fault ? workers : workers - 1);
      t.equal(metricOf(record, 'errno_other'), 0);
      if (fault) t.ok(late >= 1, 'arguments that cannot be read are found out after the layout');
      if (fault) t.ok(metricOf(record, 'errno_EFAULT') >= 1);
      t.ok(metricOf(record, 'latency_min_ns') <= metricOf(record, 'latency_median_ns'));
      t.ok(metricOf(record, 'latency_p99_ns') <= metricOf(record, 'latency_max_ns'));
      t.ok(metricOf(record, 'latency_max_ns') <= metricOf(record, 'storm_ns'));
    });
  }
});

t.test('one inode is merged, processes are workers too, and a loop unloads', async t => {
  const records = await stormRun(
    t,
    `vcpus: 2
axes: { workload.kind: [thread, process], workload.mode: [once, loop] }
workload: { storm: { module: xfs, workers: 32, inode: same, duration: 500ms } }
`,
  );
  t.equal(records.size, 4);
  for (const [label, record] of records) {
    checkModel(t, record, false);
    const attempts = metricOf(record, 'attempts');
    if (label.includes('once')) {
      t.equal(attempts, 32);
      t.equal(metricOf(record, 'mods_loaded'), 1);
      t.equal(metricOf(record, 'successes') + metricOf(record, 'errno_EEXIST'), 32);
      t.equal(
        metricOf(record, 'failed_becoming'),
        metricOf(record, 'errno_EEXIST'),
        'only late comers failed',
      );
    } else {
      t.ok(attempts >= 32, `${attempts}`);
      t.ok(metricOf(record, 'unloads') >= 1);
      t.ok(metricOf(record, 'mods_loaded') <= metricOf(record, 'successes'), 'a merged load counts once');
      t.ok(metricOf(record, 'storm_ns') >= 500e6);
    }
  }
});

t.test('255 workers on one CPU, each decompressing for itself as modprobe does', async t => {
  const records = await stormRun(
    t,
    `compression: gzip
vcpus: 1
workload: { storm: { module: xfs, workers: 255, kind: process, decompress_inside: true } }
`,
  );
  const [record] = [...records.values()];
  t.equal(metricOf(record!, 'attempts'), 255);
  t.equal(metricOf(record!, 'failed_becoming') + metricOf(record!, 'failed_load'), 254);
  checkModel(t, record!, false);
});
