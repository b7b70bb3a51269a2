import t from 'tap';
import { measuredValues, rankFailedWorst } from '../../../harness/statistics/samples/failed-trial.ts';
import { analyse } from '../../../harness/statistics/verdicts/analysis.ts';

const gate = { atLeast: 10, relative: 0 };

t.test('trials that failed are equal to each other and worse than every value', async t => {
  const values = { base: [5, 'failed', null], candidate: ['failed', 7] } as const;
  t.strictSame(measuredValues(values.base), [5, null, null]);
  t.strictSame(rankFailedWorst(values, { worse: 'higher', gate }), {
    base: [5, 24, null],
    candidate: [24, 7],
  });
  t.strictSame(rankFailedWorst(values, { worse: 'lower', gate }), { base: [5, 0, null], candidate: [0, 7] });
  t.strictSame(rankFailedWorst(values, { worse: 'none', gate }), {
    base: [5, null, null],
    candidate: [null, 7],
  });
  const large = { base: [2n ** 80n], candidate: ['failed'] } as const;
  const [worst] = rankFailedWorst(large, { worse: 'higher', gate }).candidate;
  t.ok(typeof worst === 'bigint' && worst > 2n ** 80n, 'a bigint keeps its digits');
});

/** One metric of one cell, judged alone. */
function judge(
  base: (number | 'failed')[],
  candidate: (number | 'failed')[],
  worse: 'higher' | 'lower' = 'higher',
) {
  const definition = {
    name: 'm',
    unit: '',
    class: 'count',
    worse,
    family: 'm',
    headline: true,
    gated: true,
    gate,
  };
  const { cells } = analyse({
    definitions: [definition as never],
    cells: [{ cell: 'c', metrics: { m: { base, candidate } } }],
  });
  return cells[0]!.metrics[0]!;
}

t.test('failed trials count in the test and not in the numbers', async t => {
  const base = [100, 103, 98, 101, 99, 102, 100, 97];
  const failing = judge(base, [101, 99, 'failed', 'failed', 'failed', 'failed', 'failed', 'failed']);
  t.match(failing.result, { comparison: { candidate: { n: 2, greatest: 101 }, base: { n: 8 } } });
  t.match(failing.result.comparison.findings, [
    { code: 'FAILED_TRIALS', message: /^6 of 8 candidate trials failed/ },
  ]);
  t.ok(failing.result.p! < 0.05, 'six boots of eight rank worst');
  t.not(failing.result.verdict, 'UNCHANGED', 'that the two others are as before proves nothing');
  const slower = judge(base, [101, 99, 'failed', 'failed', 'failed', 'failed', 'failed', 'failed'], 'lower');
  t.ok(
    slower.result.p! < 0.05 && slower.result.comparison.test?.direction === -1,
    'worst is the lowest rank here',
  );
  t.equal(judge(base, [...base.slice(0, 7), 'failed']).result.p! > 0.2, true, 'one of eight proves nothing');
});
