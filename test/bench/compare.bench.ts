import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell } from '../../harness/matrix/matrix.ts';
import { metrics } from '../../harness/measurement/metric-table.ts';
import type { Random } from '../../harness/random.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeCount, fakeRunContent, writeFakeRun } from '../fakes/run-folder-fixture.ts';

/*
 * How long `modstorm compare` takes for two runs of 400 cells x 20 trials x 30 metrics, and how much memory.
 * Not a test: run it by hand on a quiet machine, `node build/test/bench/compare.bench.js`.
 */
const cellCount = 400;
const trialsPerCell = 20;
const metricCount = 30;

const extra = Array.from({ length: Math.max(0, metricCount - metrics.length) }, (_, index) => ({
  name: `extra_${index}`,
  unit: 'count' as const,
  class: 'count' as const,
  worse: 'higher' as const,
  description: 'one more',
}));

const measure =
  (factor: number) =>
  (_: Cell, random: Random): Record<string, number> => {
    const values = [...metrics, ...extra].map(({ name, class: kind }): [string, number] => [
      name,
      Math.round(factor * (kind === 'time' ? 1.5e9 * (1 + random.uniform() / 10) : fakeCount(200, random))),
    ]);
    return Object.fromEntries(values);
  };

const root = mkdtempSync(join(tmpdir(), 'modstorm-bench-'));
try {
  const cells = Array.from({ length: cellCount }, (_, index) => fakeCell(`cell${index}`, 'stats', index + 1));
  // The second equals the first but for chance; in the third every metric of every cell is ten times as large.
  const [base, equal, changed] = [1, 2, 3].map(seed =>
    writeFakeRun(
      root,
      fakeRunContent({
        run: fakeRun({
          run: `20261121T03000${seed}Z-bench-000${seed}`,
          workloadMetrics: { 'stress-ng': extra },
        }),
        cells,
        repetitions: trialsPerCell,
        seed,
        measure: measure(seed === 3 ? 10 : 1),
      }),
    ),
  );
  const main = new URL('../../harness/main.js', import.meta.url).pathname;
  const usage = new URL('./resource-usage.js', import.meta.url).pathname;
  const ways: Record<string, string[]> = {
    'nothing changed': [base!, equal!],
    'nothing changed, --json': [base!, equal!, '--json'],
    'all changed': [base!, changed!],
    'all changed, --json': [base!, changed!, '--json'],
    'nothing changed, --method westfall-young': [base!, equal!, '--method', 'westfall-young'],
  };
  for (const [name, words] of Object.entries(ways)) {
    for (let round = 1; round <= 3; round++) {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', usage, main, 'compare', ...words],
        { encoding: 'utf8', maxBuffer: 2 ** 28 },
      );
      if (status !== 0 && status !== 1) throw new Error(`${name}: exit ${status}: ${stderr}`);
      process.stdout.write(
        `${name}: ${stderr.trim()}, ${(stdout.length / 2 ** 20).toFixed(1)} MiB printed\n`,
      );
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
