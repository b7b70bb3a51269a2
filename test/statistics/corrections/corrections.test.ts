import t from 'tap';
import { makeRandom, type Random } from '../../../harness/random.ts';
import { benjaminiHochberg } from '../../../harness/statistics/corrections/benjamini-hochberg.ts';
import { holm } from '../../../harness/statistics/corrections/holm.ts';
import { type BootValues, westfallYoung } from '../../../harness/statistics/corrections/westfall-young.ts';
import type { MetricDefinition } from '../../../harness/statistics/samples/metric.ts';
import { analyse } from '../../../harness/statistics/verdicts/analysis.ts';
import type { SampleTable } from '../../../harness/statistics/verdicts/analysis-request.ts';
import type { Analysis } from '../../../harness/statistics/verdicts/metric-verdict.ts';

import { mostOf, normal } from '../generators.ts';
import { near } from '../near.ts';

t.test('corrections: Benjamini and Hochberg 1995', t => {
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];
  const bh = [
    0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645, 0.0765, 0.486, 0.58118182,
    0.714875, 0.75323077, 0.81321429, 1,
  ];
  const stepDown = [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1, 1, 1, 1, 1, 1];
  for (const [index, value] of benjaminiHochberg(p).entries())
    near(t, value, bh[index]!, 1e-6, `bh ${index}`);
  for (const [index, value] of holm(p).entries()) near(t, value, stepDown[index]!, 1e-6, `holm ${index}`);
  const backwards = holm([...p].reverse()).reverse();
  t.same(backwards, holm(p), 'order does not matter');
  t.same(holm([0.01], 4), [0.04], 'the declared family counts, not the rows with data');
  t.same(benjaminiHochberg([0.01, 0.02], 4), [0.04, 0.04]);
  t.same(holm([]), []);
  t.end();
});

const level = 0.05;

function metric(name: string, family: string, headline: boolean): MetricDefinition {
  const gate = { atLeast: 0, relative: 0 };
  return { name, unit: '', class: 'count', worse: 'higher', family, headline, gated: headline, gate };
}

const faces = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
const family = [metric('cause', 'storm', true), ...faces.map(name => metric(name, 'storm', false))];

/** One cell: `moved` metrics tell of a shift; the others vary with what their boots share, or each for itself. */
function drawCell(random: Random, moved: readonly string[], shared: number, trials: number): SampleTable {
  const boots = Array.from({ length: 2 * trials }, () => normal(random));
  const value = (boot: number, shift: number) =>
    Math.round(
      100 + shift + 30 * (Math.sqrt(shared) * boots[boot]! + Math.sqrt(1 - shared) * normal(random)),
    );
  const metrics = family.map(({ name }) => {
    const shift = moved.includes(name) ? 300 : 0;
    const base = Array.from({ length: trials }, (_, boot) => value(boot, 0));
    return [name, { base, candidate: base.map((_, boot) => value(trials + boot, shift)) }] as const;
  });
  return { cell: 'cell', metrics: Object.fromEntries(metrics) };
}

const under = ({ cells }: Analysis) => cells[0]!.metrics.filter(({ definition }) => !definition.headline);

t.test('step-down adjusted p of all 20 ways to deal three boots a side', t => {
  const metrics: BootValues[] = [
    { base: [1, 2, 3], candidate: [4, 5, 6] },
    { base: [1, 2, 4], candidate: [3, 5, 6] },
    { base: [6, 1, 3], candidate: [2, 4, 5] },
  ];
  const adjusted = westfallYoung(metrics, makeRandom(1), 99_999);
  for (const [index, expected] of enumerate(metrics).entries()) {
    t.ok(
      Math.abs(adjusted[index]! / expected - 1) < 0.25,
      `metric ${index}: ${adjusted[index]} against ${expected}`,
    );
  }
  t.end();
});

/** The same by complete enumeration, for untied values: |rank sum - expectation| has one scale for all metrics. */
function enumerate(metrics: readonly BootValues[]): number[] {
  const pooled = metrics.map(({ base, candidate }) => [...base, ...candidate] as number[]);
  const distances = (side: readonly number[]) =>
    pooled.map(values =>
      Math.abs(side.reduce((sum, boot) => sum + values.filter(one => one <= values[boot]!).length, 0) - 10.5),
    );
  const sides = [...Array(64).keys()]
    .map(bits => [...Array(6).keys()].filter(boot => (bits >> boot) & 1))
    .filter(side => side.length === 3);
  const observed = distances([0, 1, 2]);
  const order = [...observed.keys()].sort((a, b) => observed[b]! - observed[a]!);
  const adjusted: number[] = [];
  let running = 0;
  for (const [rank, index] of order.entries()) {
    const rest = order.slice(rank);
    const hits = sides.filter(
      side => Math.max(...rest.map(one => distances(side)[one]!)) >= observed[index]!,
    );
    running = Math.max(running, hits.length / sides.length);
    adjusted[index] = running;
  }
  return adjusted;
}

t.test('under a proved headline the false alarms of its metrics keep the level, whatever they share', t => {
  const runs = 600;
  for (const [seed, shared] of [0, 0.5, 0.95].entries()) {
    const random = makeRandom(40 + seed);
    let alarms = 0;
    let uncorrected = 0;
    for (let run = 0; run < runs; run++) {
      const cells = [drawCell(random, ['cause'], shared, 8)];
      const analysis = analyse({ definitions: family, cells, random });
      const judged = under(analysis);
      if (judged.some(({ result }) => result.changed)) alarms++;
      if (judged.some(({ result }) => result.p! <= level)) uncorrected++;
    }
    const text = `shared ${shared}: ${alarms} of ${runs} runs alarm, ${uncorrected} would without correction`;
    t.ok(alarms / runs <= mostOf(runs), text);
    if (shared < 0.9) t.ok(uncorrected / runs > mostOf(runs), 'which is why there is one');
  }
  t.end();
});

t.test('with looks the metrics under a headline keep the level too', t => {
  const runs = 400;
  const random = makeRandom(50);
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const cells = [drawCell(random, ['cause'], 0.5, 20)];
    if (
      under(analyse({ definitions: family, cells, looks: [8, 12, 20], random })).some(
        ({ result }) => result.changed,
      )
    )
      alarms++;
  }
  t.ok(alarms / runs <= mostOf(runs), `${alarms} of ${runs}`);
  t.end();
});

t.test('what is adjusted, by what, and what it says', t => {
  const random = makeRandom(60);
  const cells = [drawCell(random, ['cause', 'first', 'second'], 0.5, 8)];
  const proved = analyse({ definitions: family, cells, random });
  const [headline] = proved.cells[0]!.metrics;
  t.equal(headline!.result.verdict, 'REGRESSED');
  for (const { definition, result, correction } of under(proved)) {
    t.equal(
      result.changed,
      ['first', 'second'].includes(definition.name),
      `${definition.name}: ${result.adjusted}`,
    );
    t.equal(correction, 'Westfall-Young over the 6 metrics below proved headlines of the cell');
    t.ok(result.adjusted! >= result.p!, 'never below its own p');
    t.ok(result.adjusted! >= headline!.result.adjusted!, 'never below the p of its gatekeeper');
  }
  const closed = analyse({ definitions: family, cells: [drawCell(random, ['first'], 0, 8)], random });
  const first = under(closed)[0]!;
  t.match(first, {
    correction: 'tested only below a proved headline',
    result: { verdict: 'INCONCLUSIVE', reason: 'headline-not-proved', changed: false },
  });
  t.equal(first.result.adjusted, closed.cells[0]!.metrics[0]!.result.adjusted);
  const brief = analyse({
    definitions: family,
    cells: [drawCell(random, ['first'], 0, 8)],
    detail: 'proved',
    random,
  });
  t.equal(brief.cells[0]!.metrics.length, 1, 'nothing that cannot speak is judged');
  const without = analyse({ definitions: family, cells: [drawCell(random, ['cause'], 0.5, 8)] });
  t.match(under(without)[0]!.correction, /^Holm over the 6 metrics/, 'without randomness: Holm');
  t.end();
});

t.test('as the correction of headlines: level over cells and looks, and power where causes are shared', t => {
  const headlines = family.map(one => ({ ...one, family: one.name, headline: true, gated: true }));
  const random = makeRandom(70);
  const runs = 160;
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const cells = [1, 2, 3].map(cell => ({ ...drawCell(random, [], 0.8, 20), cell: `${cell}` }));
    const { tally } = analyse({
      definitions: headlines,
      cells,
      looks: [8, 12, 20],
      method: 'westfall-young',
      random,
    });
    if (tally.REGRESSED + tally.IMPROVED > 0) alarms++;
  }
  t.ok(alarms / runs <= mostOf(runs), `${alarms} of ${runs} runs of 3 cells x 7 metrics x 3 looks`);
  const power = { 'westfall-young': 0, holm: 0 };
  for (let run = 0; run < 50; run++) {
    const cell = drawCell(random, [], 0.95, 8);
    const metrics = Object.entries(cell.metrics).map(([name, { base, candidate }]) => [
      name,
      { base, candidate: candidate.map(value => Number(value) + 50) },
    ]);
    const moved = { ...cell, metrics: Object.fromEntries(metrics) };
    for (const method of ['westfall-young', 'holm'] as const)
      power[method] += analyse({ definitions: headlines, cells: [moved], method, random }).tally.REGRESSED;
  }
  t.ok(power['westfall-young'] > power.holm * 1.1, JSON.stringify(power));
  t.end();
});
