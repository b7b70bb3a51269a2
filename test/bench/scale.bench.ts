import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metrics } from '../../harness/measurement/metric-table.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeCount, fakeRunContent, writeFakeRun } from '../fakes/run-folder-fixture.ts';

/*
 * How long a reader takes for very much data, and how much memory: two runs of 10^5 trials x 30 metrics, and a year of
 * nightly runs of 720 trials. Not a test: run it by hand on a quiet machine, `node build/test/bench/scale.bench.js [NIGHTS]`.
 */
const metricCount = 30;
const names = Array.from({ length: metricCount }, (_, index) => metrics[index]?.name ?? `extra_${index}`);
const nights = Number(process.argv[2] ?? 365);

const content = (run: string, startedAt: string, cells: number, repetitions: number, seed: number) =>
  fakeRunContent({
    run: fakeRun({ run, startedAt }),
    cells: Array.from({ length: cells }, (_, index) => fakeCell(`cell${index}`, 'stats', index + 1)),
    repetitions,
    seed,
    measure: (_, random) => Object.fromEntries(names.map(name => [name, fakeCount(200, random)])),
  });

const main = new URL('../../harness/main.js', import.meta.url).pathname;
const usage = new URL('./resource-usage.js', import.meta.url).pathname;

function show(title: string, words: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', usage, main, ...words], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0 && status !== 1) throw new Error(`${title}: exit ${status}: ${stderr.slice(-2000)}`);
  const last = stderr.trim().split('\n').at(-1);
  process.stdout.write(`${title}: ${last}, ${(stdout.length / 2 ** 20).toFixed(1)} MiB printed\n`);
}

const root = mkdtempSync(join(tmpdir(), 'modstorm-bench-'));
try {
  const [one, other] = [1, 2].map(seed =>
    writeFakeRun(
      join(root, 'large'),
      content(`20261121T03000${seed}Z-bench-000${seed}`, `2026-11-21T03:00:0${seed}.000Z`, 100, 1000, seed),
    ),
  );
  if (one === undefined || other === undefined) throw new Error('the runs were not written');
  for (const format of ['terminal', 'json', 'commit', 'junit'])
    show(`report --format ${format}`, ['report', one, '--format', format]);
  show('compare', ['compare', one, other]);
  show('history of two runs', ['history', join(root, 'large')]);
  rmSync(join(root, 'large'), { recursive: true });
  for (let night = 0; night < nights; night++) {
    const date = new Date(Date.UTC(2026, 0, 1 + night, 3));
    const stamp = date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
    writeFakeRun(join(root, 'year'), content(`${stamp}-bench-0001`, date.toISOString(), 36, 20, night));
  }
  for (let round = 1; round <= 2; round++)
    show(`history of ${nights} nights`, ['history', join(root, 'year')]);
} finally {
  rmSync(root, { recursive: true, force: true });
}
