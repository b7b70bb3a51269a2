import t from 'tap';
import { summarise } from '../../../harness/statistics/samples/descriptive.ts';
import { makeSample } from '../../../harness/statistics/samples/sample.ts';
import { parseValues } from '../../../harness/statistics/samples/value.ts';
import { near } from '../near.ts';

t.test('value lines', t => {
  const text = '# wasted bytes\n12\n\n  -0.5 # note\r\n9223372036854775808\n9007199254740993\n1e-300\n+7\n';
  t.same(parseValues(text, 'base.txt'), [12, -0.5, 2n ** 63n, 9007199254740993n, 1e-300, 7]);
  for (const bad of [
    '1,5',
    'NaN',
    'Infinity',
    '1e999',
    '1e-999',
    '0x10',
    '5 ms',
    '1_000',
    '--1',
    `1${'0'.repeat(301)}`,
  ]) {
    t.throws(
      () => parseValues(`1\n${bad}\n`, 'new.txt'),
      { code: 'VALUE_INVALID', message: /^new\.txt:2: / },
      bad,
    );
  }
  t.throws(() => parseValues('# nothing\n', 'new.txt'), { code: 'VALUES_EMPTY' });
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 2e300, 10n ** 301n]) {
    t.throws(() => makeSample([1, bad], 'loads'), { code: 'VALUE_INVALID', message: /^loads: / });
  }
  t.match(
    makeSample([undefined, 3, null, 0]),
    { ordered: [0, 3], missing: 2, zeros: 1 },
    'missing is not zero',
  );
  t.end();
});

t.test('descriptives: NIST StRD NumAcc1 to 4', t => {
  const whole = summarise(makeSample([10000001, 10000003, 10000002]));
  t.equal(whole.mean, 10000002);
  t.equal(whole.deviation, 1);
  for (const [centre, tolerance] of [
    [1.2, 1e-12],
    [1000000.2, 1e-9],
    [10000000.2, 1e-8],
  ] as const) {
    const values = [
      centre,
      ...Array.from({ length: 1000 }, (_, index) => centre + (index % 2 === 0 ? -0.1 : 0.1)),
    ];
    const found = summarise(makeSample(values));
    near(t, found.mean!, centre, 1e-14, 'mean');
    near(t, found.deviation!, 0.1, tolerance, 'deviation');
  }
  t.match(summarise(makeSample([])), { n: 0, mean: undefined, deviation: undefined });
  t.match(summarise(makeSample([5])), { n: 1, mean: 5, median: 5, deviation: undefined });
  t.equal(summarise(makeSample([4, 1, 3])).median, 3, 'mmtests has (max + min) / 2');
  t.equal(summarise(makeSample([4, 1, 3, 2])).median, 2.5);
  t.end();
});
