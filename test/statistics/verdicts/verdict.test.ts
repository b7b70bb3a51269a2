import fc from 'fast-check';
import t from 'tap';
import type { MetricDefinition } from '../../../harness/statistics/samples/metric.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import type { MaybeScalar } from '../../../harness/statistics/samples/value.ts';
import { compareMetric } from '../../../harness/statistics/verdicts/comparison.ts';
import { explainInSentence } from '../../../harness/statistics/verdicts/sentence.ts';
import { judge } from '../../../harness/statistics/verdicts/verdict.ts';
import { count, exact, repeat, time } from '../metrics.ts';

function verdictOf(
  definition: MetricDefinition,
  base: readonly MaybeScalar[],
  candidate: readonly MaybeScalar[],
  declared = 1,
) {
  const comparison = compareMetric({
    ...definition,
    base: makeSample(base),
    candidate: makeSample(candidate),
  });
  const [judgement] = judge([comparison], { declared, method: 'holm', alpha: 0.05 });
  return { ...judgement!, sentence: explainInSentence(judgement!, definition) };
}

t.test('one boot against one decides nothing, but shows what differs', t => {
  for (const definition of [count, time, exact]) {
    const found = verdictOf(definition, [100], [250]);
    t.equal(found.verdict, 'NOT_ENOUGH', definition.class);
    t.match(found.sentence, /100 -> 250/);
    t.match(found.sentence, /n=1 and 1/);
  }
  t.equal(verdictOf(count, [0], [0]).verdict, 'NOT_ENOUGH', 'not even that nothing changed');
  t.match(verdictOf(time, [100], [250]).sentence, /at least 3 more trials per side are needed/);
  t.end();
});

t.test('empty sides and missing values', t => {
  t.match(verdictOf(count, [], [1, 2]), {
    verdict: 'NOT_ENOUGH',
    reason: 'no-values',
    sentence: /not measured on the base/,
  });
  t.match(verdictOf(exact, [], []), { verdict: 'NOT_ENOUGH', reason: 'no-values', sentence: /either side/ });
  const found = verdictOf(count, [undefined, ...repeat(5, 8)], [...repeat(5, 8), null, null]);
  t.equal(found.comparison.candidate.n, 8);
  t.equal(found.comparison.candidate.missing, 2);
  t.same(
    found.comparison.findings.map(({ code }) => code),
    ['MISSING_VALUES', 'MISSING_VALUES'],
  );
  t.equal(found.verdict, 'UNCHANGED', 'missing values did not become zeros');
  t.throws(() => verdictOf(count, [1, Number.NaN], [1]), { code: 'VALUE_INVALID' });
  t.end();
});

t.test('deterministic metrics', t => {
  t.match(verdictOf(exact, repeat(39, 8), repeat(39, 8)), {
    verdict: 'UNCHANGED',
    reason: 'exactly-equal',
    sentence: /a deviation in more than 33 % of the trials is excluded, a rarer one is not/,
  });
  t.match(
    verdictOf(exact, repeat(39, 3), repeat(39, 3)),
    { verdict: 'INCONCLUSIVE', reason: 'bursts-open' },
    'three exclude next to nothing',
  );
  t.match(verdictOf(exact, [39, 39], [39, 39, 39]), { verdict: 'NOT_ENOUGH', reason: 'too-few' });
  t.match(verdictOf(exact, [39, 39, 39], [40, 40, 40]), {
    verdict: 'REGRESSED',
    reason: 'exactly-different',
    p: 2 / 64,
    sentence: /the same in every trial of a side, .*n=3 and 3, p=0.031, adjusted 0.031/,
  });
  const many = verdictOf(exact, [39, 39, 39], [40, 40, 40], 100);
  t.match(
    many,
    { verdict: 'NOT_ENOUGH', reason: 'too-few', needs: { perSide: 6, more: 3 } },
    'three agree by chance somewhere in a family of 100',
  );
  t.match(
    many.sentence,
    /smallest possible p is 0.031, and 0.0005 is required; at least 3 more trials per side/,
  );
  t.equal(verdictOf(exact, repeat(39, 6), repeat(40, 6), 100).verdict, 'REGRESSED', 'six do not');
  t.match(verdictOf(exact, [39, 39, 39], [38, 38, 38]), { verdict: 'IMPROVED' });
  t.match(verdictOf({ ...exact, gate: { atLeast: 2, relative: 0 } }, repeat(39, 8), repeat(40, 8)), {
    verdict: 'UNCHANGED',
    reason: 'inside-gate',
  });
  t.match(verdictOf({ ...exact, worse: 'none' }, [39, 39, 39], [40, 40, 40]), {
    verdict: 'INCONCLUSIVE',
    changed: true,
    sentence: /CHANGED/,
  });
  const top = 2n ** 63n;
  t.match(verdictOf(exact, [top, top, top], [top + 1n, top + 1n, top + 1n]), {
    verdict: 'REGRESSED',
    sentence: /9223372036854775808 -> 9223372036854775809/,
  });
  const demoted = verdictOf(exact, [39, 39, 40], [41, 41, 41]);
  t.equal(demoted.comparison.testedAs, 'count');
  t.equal(demoted.comparison.findings[0]!.code, 'DETERMINISTIC_SPREAD');
  t.equal(demoted.verdict, 'NOT_ENOUGH', 'three trials prove nothing once it varies');
  t.end();
});

t.test('zero variance and zero baselines', t => {
  const clearest = verdictOf(count, repeat(5, 8), repeat(9, 8));
  t.match(
    clearest,
    { verdict: 'REGRESSED', p: 2 / 12870 },
    'no spread on either side is the clearest signal',
  );
  t.match(verdictOf(time, repeat(100, 5), repeat(200, 5)), { verdict: 'REGRESSED' });
  t.equal(
    verdictOf(count, repeat(5, 8), repeat(9, 8), 1000).verdict,
    'NOT_ENOUGH',
    'but not for a family of 1000',
  );
  const fromZero = verdictOf(count, repeat(0, 8), [3, 9, 4, 2, 8, 7, 3, 2]);
  t.equal(fromZero.verdict, 'REGRESSED');
  t.equal(fromZero.comparison.effect!.fraction, undefined, 'no percentage of zero');
  t.notMatch(fromZero.sentence, /Infinity|NaN|\([^)]*%/);
  const toZero = verdictOf(count, [3, 9, 4, 2, 8, 7, 3, 2], repeat(0, 8));
  t.match(toZero, { verdict: 'IMPROVED', sentence: /-100 %/ });
  t.match(
    verdictOf(count, repeat(0, 5), repeat(0, 5)),
    {
      verdict: 'INCONCLUSIVE',
      reason: 'bursts-open',
      sentence:
        /up to 44 % of the trials stays possible, and 33 % count; 3 more trials per side like these would/,
    },
    'five zeros each exclude little',
  );
  t.equal(verdictOf(count, repeat(0, 3), repeat(0, 3)).verdict, 'NOT_ENOUGH', 'three could prove nothing');
  t.match(verdictOf(count, repeat(0, 8), repeat(0, 8)), {
    verdict: 'UNCHANGED',
    sentence: /more than 33 % of the trials/,
  });
  t.match(
    verdictOf(time, repeat(7, 8), repeat(7, 8)),
    { verdict: 'INCONCLUSIVE', reason: 'bursts-open', sentence: /27 more trials per side/ },
    'of a time, one boot in ten counts',
  );
  t.match(verdictOf(time, repeat(7, 35), repeat(7, 35)), { verdict: 'UNCHANGED', reason: 'all-equal' });
  t.equal(
    verdictOf({ ...count, gate: { atLeast: 0, relative: 0 } }, repeat(7, 8), repeat(7, 8)).verdict,
    'UNCHANGED',
    'gate 0',
  );
  t.end();
});

t.test('rare counters are judged by how often they are not zero', t => {
  const rare = [...repeat(0, 12), ...repeat(1, 8)];
  const found = verdictOf(count, repeat(0, 20), rare);
  t.equal(found.comparison.test!.name, 'Fisher on P(nonzero)');
  t.match(
    found,
    { verdict: 'REGRESSED', sentence: /not zero in 0 of 20 -> 8 of 20/ },
    'though the median shift is zero',
  );
  t.equal(verdictOf(count, rare, repeat(0, 20)).verdict, 'IMPROVED');
  t.equal(
    verdictOf({ ...count, gate: { atLeast: 5, relative: 0 } }, repeat(0, 20), rare).verdict,
    'UNCHANGED',
    'the gate asks for more',
  );
  t.equal(
    verdictOf({ ...count, gate: { atLeast: 5, relative: 0, rate: 0.3 } }, repeat(0, 20), rare).verdict,
    'REGRESSED',
  );
  const growing = [4, 8, 12, 16, 20].map(
    hits => verdictOf(count, repeat(0, 20), [...repeat(0, 20 - hits), ...repeat(1, hits)]).verdict,
  );
  t.same(
    growing,
    ['NOT_ENOUGH', 'REGRESSED', 'REGRESSED', 'REGRESSED', 'REGRESSED'],
    'a stronger signal never loses',
  );
  t.end();
});

t.test('the pooled values choose the test, whichever side they are on', t => {
  const some = [...repeat(0, 8), ...repeat(3, 12)];
  for (const [base, candidate] of [
    [repeat(0, 20), some],
    [some, repeat(0, 20)],
  ] as const) {
    t.equal(verdictOf(count, base, candidate).comparison.test!.name, 'exact rank-sum', '70 % zeros');
    const rarer = base.map(value => (value > 0 ? 0 : value));
    t.equal(verdictOf(count, rarer, repeat(0, 20)).comparison.test!.name, 'Fisher on P(nonzero)');
  }
  t.end();
});

t.test('what a hypothesis must reach', t => {
  const samples = { base: makeSample([1, 2, 3, 4, 5]), candidate: makeSample([4, 6, 7, 8, 9]) };
  const comparison = compareMetric({ ...count, ...samples });
  const options = { declared: 2, method: 'holm', alpha: 0.05, spend: 0.0125 } as const;
  const [open] = judge([comparison], options);
  t.match(open, { verdict: 'NOT_ENOUGH', required: 0.0125 / 2 }, '2 p is below alpha, not below the spend');
  t.equal(open!.adjusted, open!.p! * 2 * 4, 'and the adjusted p says so');
  const [report] = judge([comparison], { ...options, method: 'bh', declared: 1, spend: 0.05 });
  t.match(report, { verdict: 'REGRESSED', adjusted: report!.p! });
  t.end();
});

t.test('gates, directions and contradictions', t => {
  t.equal(
    verdictOf(time, [100, 101, 102], [100, 101, 102]).verdict,
    'NOT_ENOUGH',
    'three a side give a 90 % interval only',
  );
  const slow = [1000, 1003, 998, 1002, 1001, 999, 1004, 997];
  const shifted = slow.map(value => value + 8);
  const lenient = { ...time, gate: { ...time.gate, rate: 0.4 } };
  t.match(
    verdictOf(lenient, slow, shifted),
    { verdict: 'UNCHANGED', p: Number },
    'proved, but smaller than the gate',
  );
  t.equal(verdictOf({ ...time, gate: { atLeast: 5, relative: 0 } }, slow, shifted).verdict, 'REGRESSED');
  t.equal(
    verdictOf({ ...time, gate: { atLeast: 8, relative: 0 } }, slow, shifted).verdict,
    'REGRESSED',
    'the gate itself counts',
  );
  t.equal(verdictOf({ ...time, gate: { atLeast: 0, relative: 0 } }, slow, shifted).verdict, 'REGRESSED');
  t.equal(
    verdictOf({ ...time, gate: { atLeast: 5, relative: 0.02, rate: 0.4 } }, slow, shifted).verdict,
    'UNCHANGED',
    'both bounds',
  );
  t.match(verdictOf({ ...time, worse: 'none', gate: { atLeast: 5, relative: 0 } }, slow, shifted), {
    verdict: 'INCONCLUSIVE',
    changed: true,
  });
  t.equal(
    verdictOf({ ...time, worse: 'lower', gate: { atLeast: 5, relative: 0 } }, slow, shifted).verdict,
    'IMPROVED',
  );
  const outlier = [9, 8, 7, 9, 8, 7, 9, 8, 7, 5000];
  const contrary = verdictOf(count, outlier, [19, 18, 17, 19, 18, 17, 19, 18, 17, 18]);
  t.match(contrary, { verdict: 'INCONCLUSIVE', reason: 'contradictory' }, 'most rose, the mean fell');
  const mixture = [...repeat(0, 60), ...repeat(500, 40)].map((value, index) => 1000 + value + index / 100);
  const mixed = verdictOf(
    time,
    mixture.map((_, index) => 1000 + index / 100),
    mixture,
  );
  t.match(mixed, { verdict: 'INCONCLUSIVE', reason: 'mixture' }, 'two of five boots became much slower');
  const late = [...slow, ...slow.slice(1), 60_000];
  t.equal(verdictOf(lenient, [...slow, ...slow], late).verdict, 'UNCHANGED', 'one outlier is not a change');
  t.equal(
    verdictOf(
      count,
      [1, 2],
      [...Array(200).keys()].map(value => value + 500),
    ).verdict,
    'REGRESSED',
    'very unequal sizes',
  );
  t.end();
});

t.test('the spread changed, not the level', t => {
  const steady = [78, 81, 80, 79, 82, 80, 77, 83, 80, 79, 81, 78, 82, 80, 79, 81, 80, 78, 82, 80];
  const wild = [2, 5, 9, 14, 20, 24, 31, 36, 40, 47, 52, 58, 61, 66, 70, 110, 160, 210, 260, 325];
  const found = verdictOf(count, steady, wild);
  t.match(found, {
    verdict: 'INCONCLUSIVE',
    reason: 'spread',
    changed: false,
    sentence:
      /^failed_becoming changed its spread, but not provably its level: standard deviation 1\.\d+ -> \d+/,
  });
  t.ok(found.p! < 0.02, `the rank-sum test alone would have claimed it: p=${found.p}`);
  t.end();
});

t.test('the sentence says what would decide', t => {
  const base = [90, 120, 80, 100, 110, 95, 105, 130, 70, 100];
  const found = verdictOf(
    { ...time, gate: { atLeast: 0, relative: 0.1 } },
    base,
    base.map((value, index) => value + (index % 3) * 4),
  );
  t.equal(found.verdict, 'INCONCLUSIVE');
  t.match(
    found.sentence,
    /about \d+ more trials per side would show a change of 15 %, one and a half gates, in four runs of five/,
  );
  t.ok(found.needs!.more > 3 && found.needs!.more < 40, `${found.needs!.more}`);
  t.end();
});

t.test('verdicts are symmetrical, scale with the unit and do not depend on order', t => {
  const values = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 });
  const gate = fc.integer({ min: 0, max: 6 });
  const mirrored = { REGRESSED: 'IMPROVED', IMPROVED: 'REGRESSED' } as Record<string, string>;
  const classes = fc.constantFrom(count, time, exact);
  const property = fc.property(classes, values, values, gate, (definition, base, candidate, atLeast) => {
    const tested = { ...definition, gate: { atLeast, relative: 0, rate: 0.3 } };
    const there = verdictOf(tested, base, candidate);
    const back = verdictOf(tested, candidate, base);
    const scaled = verdictOf(
      { ...definition, gate: { atLeast: atLeast * 1024, relative: 0, rate: 0.3 } },
      base.map(value => value * 1024),
      candidate.map(value => value * 1024).reverse(),
    );
    if (there.sentence.match(/NaN|undefined|Infinity/)) return false;
    if ((there.p ?? 0.5) <= 0 || (there.p ?? 0.5) > 1) return false;
    return back.verdict === (mirrored[there.verdict] ?? there.verdict) && scaled.verdict === there.verdict;
  });
  t.doesNotThrow(() => fc.assert(property, { seed: 11, numRuns: 1500 }));
  t.end();
});
