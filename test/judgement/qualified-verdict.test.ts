import t from 'tap';
import { judgePairs } from '../../harness/judgement/judgement.ts';
import type { Side, SideCell } from '../../harness/judgement/side.ts';
import type { WorkloadDesign } from '../../harness/matrix/workload/workload-design.ts';
import { makeRandom, type Random } from '../../harness/random.ts';

/** Draws the metrics of one boot. */
type Boot = (random: Random) => Record<string, number>;

function makeCell(id: string, design: WorkloadDesign, boots: Record<string, number>[]): SideCell {
  const names = [...new Set(boots.flatMap(boot => Object.keys(boot)))];
  const values = new Map(names.map(name => [name, boots.map(boot => boot[name] ?? null)]));
  return {
    id,
    label: id,
    settings: {},
    design,
    kernel: undefined,
    facts: {},
    values,
    order: [],
    underSteal: 0,
    boots: [],
  };
}

/** Judges ten boots a side, drawn anew from each seed. */
function judge(design: WorkloadDesign, before: Boot, after: Boot, boots = 10, seed = 1) {
  const random = makeRandom(seed);
  const draw = (boot: Boot) => Array.from({ length: boots }, () => boot(random));
  const base = makeCell('base', design, draw(before));
  const candidate = makeCell('new', design, draw(after));
  const side: Side = {
    kind: 'run',
    name: 'run',
    run: 'run',
    startedAt: undefined,
    facts: {},
    record: undefined,
    varied: ['kernel'],
    cells: [base, candidate],
    workloadMetrics: {},
    gates: {},
  };
  const judgement = judgePairs({
    base: side,
    next: side,
    pairs: [{ name: 'pair', base, candidate }],
    random: makeRandom(7),
  });
  const find = (name: string) =>
    judgement.pairs[0]?.metrics.find(({ definition }) => definition.name === name);
  return { judgement, find };
}

/** A boot of stress-ng: requests for a second, some of which meet another. */
function stressNg(loads: number, failing: number): Boot {
  return random => {
    const succeeded = Math.round(loads * (0.9 + 0.2 * random.uniform()));
    const failed = Math.round(succeeded * failing * (0.8 + 0.4 * random.uniform()));
    const wasted = failed * 1028632;
    const requests = succeeded + failed;
    return {
      requests,
      wasted_bytes: wasted,
      failed_becoming: failed,
      stress_ng_ops: succeeded,
      loads_per_second: succeeded,
      failures_per_request: failed / requests,
      waste_per_request: wasted / requests,
    };
  };
}

t.test('a kernel that only does less is no improvement (461 -> 53 operations, 555 MiB -> 0)', async t => {
  const { judgement, find } = judge('fixed-time', stressNg(461, 1.2), stressNg(53, 0));
  t.equal(judgement.tally.IMPROVED, 0);
  t.match(find('loads_per_second')?.result, { verdict: 'REGRESSED' });
  t.match(find('waste_per_request')?.result, { verdict: 'INCONCLUSIVE', reason: 'qualified', changed: true });
  t.match(
    find('waste_per_request')?.sentence,
    /^waste_per_request CHANGED: .* loads_per_second fell by .* slower loads collide less often.* fixed work decides\.$/,
  );
  t.match(find('wasted_bytes')?.definition, {
    family: 'throughput',
    headline: false,
    worse: 'none',
    gated: false,
  });
});

t.test('a faster kernel is no regression, though it wastes more in the same time', async t => {
  const { judgement, find } = judge('fixed-time', stressNg(200, 1), stressNg(400, 1));
  t.equal(judgement.regressed, false);
  t.equal(judgement.tally.REGRESSED, 0);
  t.match(find('loads_per_second')?.result, { verdict: 'IMPROVED' });
});

t.test('more waste for each request at the same pace fails the run', async t => {
  const { judgement, find } = judge('fixed-time', stressNg(400, 0.5), stressNg(400, 2));
  t.equal(judgement.regressed, true);
  t.match(find('waste_per_request')?.result, { verdict: 'REGRESSED', reason: 'proved' });
  t.match(find('failures_per_request')?.result, { verdict: 'REGRESSED' });
});

t.test('under fixed work totals lead, and rates stand under them', async t => {
  const { judgement, find } = judge('fixed-work', stressNg(400, 0.5), stressNg(400, 2));
  t.match(find('wasted_bytes')?.definition, { family: 'waste', headline: true, gated: true });
  t.match(find('waste_per_request')?.definition, { family: 'waste', headline: false });
  t.equal(judgement.regressed, true);
});

/** A storm of sixteen loads, of which fifteen fail; some after the module was laid out, which costs twice. */
function storm(late: number): Boot {
  return random => {
    const failedLate = Math.min(15, Math.round(late + 1.5 * random.uniform()));
    const becoming = 15 - failedLate;
    return {
      failed_becoming: becoming,
      failed_load: failedLate,
      wasted_bytes: (becoming + 2 * failedLate) * 1028632,
    };
  };
}

t.test('failures that move to another stage are no improvement beside a regression', async t => {
  const { judgement, find } = judge('fixed-work', storm(0), storm(12));
  t.match(find('wasted_bytes')?.result, { verdict: 'REGRESSED' });
  t.match(find('failed_load')?.result, { verdict: 'REGRESSED' });
  t.match(find('failed_becoming')?.result, { verdict: 'INCONCLUSIVE', reason: 'qualified' });
  t.match(
    find('failed_becoming')?.sentence,
    /^failed_becoming MOVED: .*not an improvement, because wasted_bytes rose by .*failed_load rose by /,
  );
  t.equal(judgement.regressed, true);
  const back = judge('fixed-work', storm(12), storm(0));
  t.match(back.find('wasted_bytes')?.result, { verdict: 'IMPROVED' }, 'the sum says what it comes to');
  t.match(back.find('failed_becoming')?.sentence, /MOVED: .*not a regression, because wasted_bytes fell by /);
  t.equal(back.judgement.tally.IMPROVED, 1);
});

t.test('what crashed is no improvement', async t => {
  const boots = 20;
  /** Skewed as counts of duplicates are; boots above the limit crash before they can be measured. */
  const heavy =
    (limit: number): Boot =>
    random => {
      const bytes = Math.round(-Math.log(1 - random.uniform()) * 1e8);
      return bytes > limit ? { failed_boots: 1 } : { failed_boots: 0, wasted_bytes: bytes };
    };
  // Of an exponential distribution 30 % lie above -ln(0.3) means.
  const crashing = heavy(-Math.log(0.3) * 1e8);
  const unknown =
    (boot: Boot): Boot =>
    random =>
      ({ wasted_bytes: boot(random)['wasted_bytes'] ?? null }) as never;
  const whole = heavy(Number.POSITIVE_INFINITY);
  let leftOut = 0;
  let improved = 0;
  const repetitions = 150;
  for (let seed = 1; seed <= repetitions; seed++) {
    const verdictOf = (before: Boot, after: Boot) =>
      judge('fixed-work', before, after, boots, seed).find('wasted_bytes')?.result.verdict;
    if (verdictOf(unknown(whole), unknown(crashing)) === 'IMPROVED') leftOut++;
    if (verdictOf(whole, crashing) === 'IMPROVED') improved++;
  }
  t.ok(leftOut / repetitions > 0.15, `left out, they make it better in ${leftOut} of ${repetitions}`);
  t.equal(improved, 0);
  t.comment(`IMPROVED when failed boots are left out: ${leftOut} of ${repetitions}`);
});

t.test('a better value beside failed boots is said to be none', async t => {
  const before: Boot = random => ({ failed_boots: 0, wasted_bytes: 1e9 + random.integer(1e7) });
  let boot = 0;
  const after: Boot = random => {
    boot++;
    return boot <= 2 ? { failed_boots: 1 } : { failed_boots: 0, wasted_bytes: 1e6 + random.integer(1e4) };
  };
  const waste = judge('fixed-work', before, after, 20).find('wasted_bytes');
  t.match(waste, {
    result: { verdict: 'INCONCLUSIVE', reason: 'qualified' },
    sentence: /not an improvement, because 2 of 20 boots of the candidate failed, and 0 of 20 of the base/,
  });
});
