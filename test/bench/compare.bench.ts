import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cell } from '../../harness/matrix/matrix.ts';
import { metrics } from '../../harness/measurement/metric.ts';
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

function measure(_: Cell, random: Random): Record<string, number> {
  const values = [...metrics, ...extra].map(({ name, class: kind }): [string, number] => [
    name,
    kind === 'time' ? Math.round(1.5e9 * (1 + random.uniform() / 10)) : fakeCount(200, random),
  ]);
  return Object.fromEntries(values);
}

const root = mkdtempSync(join(tmpdir(), 'modstorm-bench-'));
try {
  const cells = Array.from({ length: cellCount }, (_, index) => fakeCell(`cell${index}`, 'stats', index + 1));
  const folders = [1, 2].map(seed =>
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
        measure,
      }),
    ),
  );
  const main = new URL('../../harness/main.js', import.meta.url).pathname;
  for (let round = 1; round <= 3; round++) {
    const report = execFileSync(
      process.execPath,
      ['--import', new URL('./resource-usage.js', import.meta.url).pathname, main, 'compare', ...folders],
      { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    process.stdout.write(`${report.trim().split('\n').at(-1)}\n`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
