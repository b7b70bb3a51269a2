import t from 'tap';
import { makeRandom } from '../../../harness/random.ts';
import { analyse } from '../../../harness/statistics/verdicts/analysis.ts';
import type { AnalysisRequest, SampleValues } from '../../../harness/statistics/verdicts/analysis-request.ts';
import { explain } from '../../../harness/statistics/verdicts/explain.ts';
import { bytes, count, exact, repeat, time } from '../metrics.ts';

const request = (
  cells: Record<string, Record<string, SampleValues>>,
  more: Partial<AnalysisRequest> = {},
): AnalysisRequest => ({
  definitions: [bytes, count, time, exact],
  cells: Object.entries(cells).map(([cell, metrics]) => ({ cell, metrics })),
  ...more,
});
const bad = { base: [3, 9, 4, 2, 8, 7, 3, 2], candidate: [30, 29, 24, 22, 38, 47, 53, 22] };
const same = { base: repeat(39, 8), candidate: repeat(39, 8) };

t.test('a table: families, headlines and the declared matrix', t => {
  const analysis = analyse(
    request({ a: { failed_becoming: bad, wasted: bad, modcount: same } }, { declaredCells: ['z', 'a'] }),
  );
  t.equal(analysis.declared, 6, 'three headlines in two declared cells');
  t.same(
    analysis.cells.map(({ cell }) => cell),
    ['z', 'a'],
  );
  t.equal(analysis.regressed, true);
  const [headline, secondary, boot, modules] = analysis.cells[1]!.metrics;
  t.match(headline, { definition: { name: 'failed_becoming' }, result: { verdict: 'REGRESSED' } });
  t.equal(headline!.result.adjusted, 6 * headline!.result.p!);
  t.match(secondary, { definition: { name: 'wasted' }, result: { verdict: 'REGRESSED' } });
  t.match(boot, { result: { verdict: 'NOT_ENOUGH', reason: 'no-values' } });
  t.match(modules, { result: { verdict: 'UNCHANGED' } });
  t.same(analysis.tally, { REGRESSED: 1, IMPROVED: 0, UNCHANGED: 1, INCONCLUSIVE: 0, NOT_ENOUGH: 4 });

  const ungated = analyse({
    ...request({ a: { failed_becoming: bad } }),
    definitions: [{ ...count, gated: false }],
  });
  t.equal(ungated.regressed, false, 'only gated metrics fail a run');
  const alone = analyse(request({ a: { wasted: bad } }));
  t.match(alone.cells[0]!.metrics[1], {
    result: { verdict: 'INCONCLUSIVE', reason: 'headline-not-proved' },
  });
  t.equal(alone.regressed, false);
  const orphan = analyse({ ...request({ a: { wasted: bad } }), definitions: [bytes] });
  t.equal(
    orphan.cells[0]!.metrics[0]!.result.verdict,
    'REGRESSED',
    'a family without a headline is led by its first',
  );
  const wide = analyse(
    request(
      { a: { failed_becoming: bad } },
      { declaredCells: Array.from({ length: 400 }, (_, i) => `c${i}`) },
    ),
  );
  t.match(
    wide.cells.at(-1)!.metrics[0],
    { result: { verdict: 'NOT_ENOUGH' } },
    'eight trials cannot carry 1203 hypotheses',
  );
  t.equal(analyse(request({})).regressed, false);
  t.throws(() => analyse(request({ 'vcpus=8': { boot: { base: [1], candidate: [Number.NaN] } } })), {
    code: 'VALUE_INVALID',
    message: /^boot of vcpus=8, candidate: NaN is not/,
  });
  t.end();
});

t.test('the reasoning as lines', t => {
  const analysis = analyse(request({ a: { failed_becoming: bad, wasted: bad } }, { looks: [4, 8] }));
  const lines = explain(analysis.cells[0]!.metrics[0]!);
  const text = lines.join('\n');
  for (const part of [
    /^REGRESSED: /,
    /gate: at least 1/,
    /base: n=8/,
    /exact rank-sum, two-sided, U 0/,
    /P\(candidate > base\)/,
    /look 2 of 2/,
    /Holm over 3 declared/,
  ]) {
    t.match(text, part);
  }
  const format = (value: number | bigint, unit: string) => `<${value}${unit}>`;
  t.match(explain(analysis.cells[0]!.metrics[1]!, format).join('\n'), /<2bytes> to <9bytes>/);
  for (const metric of analyse(request({ a: {} })).cells[0]!.metrics)
    t.ok(explain(metric).length > 3, 'nothing measured');
  t.end();
});

t.test('looks are replayed, and boots go where they are needed', t => {
  const noise = [10, 300, 20, 250, 40, 160, 90, 30, 280, 110, 70, 200, 15, 260, 35, 150, 80, 45, 270, 120];
  const noisy = { base: noise, candidate: [...noise].reverse().map(value => value + 1) };
  const clear = { base: noise.slice(0, 8), candidate: noise.slice(0, 8).map(value => value + 5000) };
  const open = analyse(
    request(
      { clear: { failed_becoming: clear }, noisy: { failed_becoming: noisy } },
      { looks: [8, 12, 20], definitions: [count] },
    ),
  );
  t.match(open.cells[0], {
    nextTrials: undefined,
    metrics: [{ look: { index: 1, trials: 8, spend: 0.0125 } }],
  });
  t.equal(open.cells[0]!.metrics[0]!.result.verdict, 'REGRESSED');
  t.match(open.cells[1], {
    nextTrials: undefined,
    metrics: [{ look: { index: 3 }, result: { comparison: { base: { n: 20 } } } }],
  });
  const first = analyse(
    request(
      { noisy: { failed_becoming: { base: noise.slice(0, 8), candidate: noisy.candidate.slice(0, 8) } } },
      { looks: [8, 12, 20], definitions: [count] },
    ),
  );
  t.equal(first.cells[0]!.nextTrials, 12);
  const zeros = { base: repeat(0, 12), candidate: repeat(0, 12) };
  const withZeros = (trials: number, rate?: number) =>
    analyse(
      request(
        {
          a: {
            failed_becoming: { base: zeros.base.slice(0, trials), candidate: zeros.base.slice(0, trials) },
          },
        },
        { looks: [8, 12, 20], definitions: [{ ...count, gate: { ...count.gate, rate } }] },
      ),
    ).cells[0]!.nextTrials;
  t.equal(withZeros(8), 12, 'eight zeros leave too much possible for one look of three');
  t.equal(withZeros(12), undefined, 'twelve exclude what counts: further boots are futile');
  t.equal(withZeros(8, 0.05), 12, 'all-equal values do not stop the boots of failed_boots');
  t.equal(withZeros(12, 0.05), 20);
  const late = {
    base: [...noise.slice(0, 8), ...repeat(0, 12)],
    candidate: [...noise.slice(0, 8).map(v => v + 5000), ...repeat(0, 12)],
  };
  const replayed = analyse(
    request({ a: { failed_becoming: late } }, { looks: [8, 12, 20], definitions: [count] }),
  );
  t.equal(replayed.cells[0]!.metrics[0]!.result.comparison.base.n, 8, 'what a look decided stays decided');
  for (const looks of [[8, 8], [0], [2.5], [12, 8]]) {
    t.throws(() => analyse(request({}, { looks })), { code: 'LOOKS_INVALID' });
  }
  t.end();
});

t.test('Westfall and Young within a cell', t => {
  const second = { ...time, family: 'copy', name: 'copy', gate: { atLeast: 0, relative: 0 } };
  const definitions = [{ ...count, gate: { atLeast: 0, relative: 0 } }, second];
  const shared = { base: [3, 9, 4, 2, 8, 7], candidate: [10, 12, 11, 6, 14, 13] };
  const cells = { a: { failed_becoming: shared, copy: shared } };
  const within = analyse(request(cells, { definitions, method: 'westfall-young', random: makeRandom(3) }));
  const holm = analyse(request(cells, { definitions }));
  const adjusted = (analysis: typeof holm) => analysis.cells[0]!.metrics[0]!.result.adjusted!;
  t.ok(
    adjusted(within) < adjusted(holm) * 0.7,
    `${adjusted(within)} against ${adjusted(holm)}: two faces of one cause cost one`,
  );
  t.throws(() => analyse(request(cells, { definitions, method: 'westfall-young' })), {
    code: 'RANDOM_MISSING',
  });
  t.end();
});
