import t from 'tap';
import { judgePairs } from '../../harness/judgement/judgement.ts';
import { pairWithin } from '../../harness/judgement/pairing.ts';
import type { Side } from '../../harness/judgement/side.ts';
import { makeRandom, type Random } from '../../harness/random.ts';
import { draws, mostOf, negativeBinomial, normal, percent } from '../statistics/generators.ts';
import { makeSide } from './side-fixture.ts';

t.test('what cannot fail the run costs the gate no power', async t => {
  const side = makeSide();
  const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
  const judge = (gates: Side['gates']) =>
    judgePairs({ base: side, next: side, pairs, gates, random: makeRandom(1) }).declared;
  t.strictSame(judge({}), { gated: 2, other: 1 }, 'waste and outcome; times of emulated guests apart');
  t.strictSame(judge({ boot_ns: { atLeast: 1 } }), { gated: 3, other: 0 });
});

/** A run of emulated guests, each of these many CPUs with two configs that do not differ. */
function unchangedRun(cpus: readonly string[], boots: number, random: Random): Side {
  const cells = cpus.flatMap(vcpus =>
    ['stats', 'stats+dups'].map(config => ({
      id: `${config}-${vcpus}`,
      label: `${config}-${vcpus}`,
      settings: { config, vcpus },
      design: 'fixed-work' as const,
      kernel: config,
      facts: { workload: 'storm 1' },
      values: new Map([
        ['wasted_bytes', draws(boots, source => 1e6 * negativeBinomial(40)(source), random)],
        ['failed_boots', draws(boots, source => Number(source.uniform() < 0.3), random)],
        ['boot_ns', draws(boots, source => Math.round(2e9 + 1e8 * normal(source)), random)],
        ['settle_ns', draws(boots, source => Math.round(1e9 * Math.exp(normal(source) / 2)), random)],
      ]),
      order: [],
      underSteal: 0,
      boots: [],
    })),
  );
  return {
    kind: 'run',
    name: 'run',
    run: 'run',
    startedAt: undefined,
    facts: { accelerator: 'tcg' },
    record: undefined,
    varied: ['config', 'vcpus'],
    cells,
    workloadMetrics: {},
    gates: {},
  };
}

t.test('the gate and what cannot fail the run hold 5 % each, and a tenth together', t => {
  const runs = 300;
  const random = makeRandom(11);
  const claimed = { gated: 0, other: 0, either: 0 };
  const declared = { gated: 0, other: 0 };
  for (let run = 0; run < runs; run++) {
    const side = unchangedRun(['1', '2', '4', '8'], 12, random);
    const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
    const judgement = judgePairs({ base: side, next: side, pairs, random, detail: 'proved' });
    Object.assign(declared, judgement.declared);
    const changed = judgement.pairs
      .flatMap(({ metrics }) => metrics)
      .filter(({ result }) => result.changed)
      .map(({ definition }) => definition.gated);
    claimed.gated += Number(changed.includes(true));
    claimed.other += Number(changed.includes(false));
    claimed.either += Number(changed.length > 0);
  }
  t.ok(declared.gated >= 8 && declared.other >= 4, JSON.stringify(declared));
  t.ok(claimed.gated / runs <= mostOf(runs), `gated: ${percent(claimed.gated / runs)}`);
  t.ok(claimed.other / runs <= mostOf(runs), `others: ${percent(claimed.other / runs)}`);
  t.ok(claimed.either / runs <= mostOf(runs, 0.1), `either: ${percent(claimed.either / runs)}`);
  t.ok(claimed.either > 0, 'and the judge is not merely asleep');
  t.end();
});
