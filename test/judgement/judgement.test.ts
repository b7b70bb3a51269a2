import t from 'tap';
import { gateNames, metricDefinitions } from '../../harness/judgement/definition.ts';
import { judgePairs } from '../../harness/judgement/judgement.ts';
import { orderFindings } from '../../harness/judgement/order-check.ts';
import { findIncompatibilities, pairAcross, pairWithin } from '../../harness/judgement/pairing.ts';
import { failedBoots, type Side, sideOfBaseline, sideOfRun } from '../../harness/judgement/side.ts';
import type { Cell } from '../../harness/matrix/matrix.ts';
import { makeRandom } from '../../harness/random.ts';
import { makeBaseline } from '../../harness/store/baseline.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeCapabilities, fakeRunContent } from '../fakes/run-folder-fixture.ts';

const cells = [fakeCell('a', 'stats', 2), fakeCell('b', 'stats+dups', 2), fakeCell('c', 'stats', 8)];

function makeContent(some: readonly Cell[] = cells, boots = 8) {
  const run = fakeRun();
  return fakeRunContent({
    run,
    cells: some,
    repetitions: boots,
    measure: (_, random) => ({ wasted_bytes: random.integer(1000), boot_ns: 1e9 + random.integer(1e6) }),
  });
}

function makeSide(some?: readonly Cell[], boots?: number): Side {
  return sideOfRun(makeContent(some, boots));
}

t.test('sides: values by repetition, outcomes as a metric, a baseline like its run', async t => {
  const { run, plan, records } = makeContent();
  const kinds = records.map((record, index) => {
    if (record.cell !== 'a') return record;
    const outcome =
      index < 3
        ? ({ kind: 'crashed', title: 'x', class: 'oops' } as const)
        : index < 6
          ? ({ kind: 'infrastructure', reason: 'x' } as const)
          : record.outcome;
    return { ...record, outcome };
  });
  const side = sideOfRun({ run, plan, records: kinds });
  const [first] = side.cells;
  t.strictSame(
    first?.values.get(failedBoots),
    [1, null, 0, 0, 0, 0, 0, 0],
    'a lost boot is neither good nor bad',
  );
  t.strictSame(first?.values.get('wasted_bytes')?.slice(0, 2), [null, null]);
  t.equal(first?.values.get('wasted_bytes')?.length, 8);
  t.match(first?.facts, { workload: 'stress-ng 1', cpus_online: '2' });
  const saved = sideOfBaseline(makeBaseline('x', { run, plan, records: kinds })).cells.find(
    ({ id }) => id === 'a',
  );
  t.strictSame(saved?.values.get(failedBoots), [0, 0, 0, 0, 0, 0, 1]);
  t.strictSame(saved?.values.get('wasted_bytes'), first?.values.get('wasted_bytes')?.slice(2));
  const shuffled = { ...plan, trials: [...plan.trials].reverse() };
  t.strictSame(
    sideOfRun({ run, plan: shuffled, records }).cells.map(({ id }) => id),
    ['a', 'b', 'c'],
    'cells stay in the order of the matrix, whichever booted first',
  );
  const dead = sideOfRun({ run, plan, records: [] });
  t.equal(dead.cells[0]?.facts, undefined);
});

t.test('pairs inside a run and across two', async t => {
  const side = makeSide();
  const within = pairWithin(side, { axis: 'config', base: 'stats' });
  t.match(within.pairs, [{ name: 'vcpus=2 config=stats+dups', base: { id: 'a' }, candidate: { id: 'b' } }]);
  t.match(within.unmatched, [{ side: 'base', label: 'config=stats vcpus=8' }]);
  const reversed = pairWithin(side, { axis: 'config', base: 'stats+dups' });
  t.match(reversed.unmatched, [
    { side: 'new', reason: 'no cell with config=stats+dups has the same other settings' },
  ]);

  const other = makeSide([fakeCell('x', 'stats', 2), fakeCell('y', 'plain', 8)]);
  const across = pairAcross(side, other);
  t.match(across.pairs, [{ base: { id: 'a' }, candidate: { id: 'x' } }]);
  t.equal(across.unmatched.length, 3);
  const byAxis = pairAcross(side, other, 'config');
  t.strictSame(
    byAxis.pairs.map(({ base, candidate }) => `${base.id}${candidate.id}`),
    ['ax', 'bx', 'cy'],
  );
  t.equal(new Set(byAxis.pairs.map(({ name }) => name)).size, 3, 'names are unique');
  const workloads = [1, 2].map(instances => {
    const cell = fakeCell(`w${instances}`, 'stats', 2);
    cell.settings = { ...cell.settings, workload: `w${instances}`, [`workload.p${instances}`]: '1' };
    return cell;
  });
  t.equal(
    pairAcross(makeSide([workloads[0]!]), makeSide([workloads[1]!]), 'workload').pairs.length,
    1,
    'a workload brings its own parameters',
  );
});

t.test('unlike facts are found, but for those that the axis explains and those nobody knows', async t => {
  const side = makeSide();
  const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
  t.strictSame(
    findIncompatibilities(pairs, side, side, 'config'),
    [],
    'dups against no dups is the comparison',
  );
  t.match(findIncompatibilities(pairs, side, side, 'vcpus'), [
    { fact: 'autoload_dups', pairs: [pairs[0]!.name] },
  ]);
  const { run, plan, records } = makeContent();
  const fewer = records.map(record =>
    record.cell === 'c'
      ? { ...record, capabilities: { ...fakeCapabilities(cells[2]!), cpusOnline: 1 } }
      : record,
  );
  const one = sideOfRun({ run, plan, records: fewer });
  t.match(findIncompatibilities(pairAcross(side, one).pairs, side, one), [
    { fact: 'cpus_online', base: '8', new: '1', pairs: ['config=stats vcpus=8'] },
  ]);
  const crashed = fewer.map(record =>
    record.cell === 'c' ? { ...record, outcome: { kind: 'failed' as const, reason: 'x' } } : record,
  );
  const dead = sideOfRun({ run, plan, records: crashed });
  t.strictSame(
    findIncompatibilities(pairAcross(side, dead).pairs, side, dead),
    [],
    'who never booted proved nothing',
  );
});

t.test('definitions: what is declared, gated and leads', async t => {
  const request = {
    workloadMetrics: {},
    gates: {},
    design: 'fixed-work' as const,
    emulated: false,
    measured: new Set(['wasted_bytes', 'boot_ns', 'mods_loaded']),
  };
  const find = (name: string, change: Partial<typeof request> = {}) =>
    metricDefinitions({ ...request, ...change }).find(one => one.name === name);
  t.match(find('wasted_bytes'), { headline: true, gated: true, gate: { atLeast: 4096, relative: 0.05 } });
  t.match(find('mods_loaded'), { headline: true, gated: false }, 'no direction is worse');
  t.match(find('boot_ns'), { gated: true });
  t.match(find('boot_ns', { emulated: true }), { gated: false });
  t.equal(find('settle_ns'), undefined, 'no workload of the run can yield it');
  t.match(find('failed_becoming', { gates: { failed_becoming: { atLeast: 3 } } }), {
    headline: true,
    gated: true,
  });
  t.match(find('wasted_bytes', { gates: { failed_becoming: { atLeast: 3 } } }), {
    headline: false,
    gated: false,
  });
  t.match(find('wasted_bytes', { gates: { wasted_bytes: { worse: 'none' } } }), {
    gated: false,
    worse: 'none',
  });
  const extra = { name: 'latency', unit: 'ns', class: 'time', worse: 'higher', description: '' } as const;
  const own = { workloadMetrics: { storm: [extra] } };
  t.match(find('latency', own as never), { family: 'storm', class: 'time' });
  t.ok(
    gateNames({ storm: [extra] }).metrics.includes('latency') && gateNames({}).metrics.includes(failedBoots),
  );
  t.notOk(gateNames({}).totals.includes(failedBoots), 'a share of boots is no total');
});

t.test('what cannot fail the run costs the gate no power', async t => {
  const side = makeSide();
  const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
  const judge = (gates: Side['gates']) =>
    judgePairs({ base: side, next: side, pairs, gates, random: makeRandom(1) }).declared;
  t.strictSame(judge({}), { gated: 2, other: 1 }, 'waste and outcome; times of emulated guests apart');
  t.strictSame(judge({ boot_ns: { atLeast: 1 } }), { gated: 3, other: 0 });
});

t.test('an order effect is found when who boots second is slower', async t => {
  const { run, plan, records } = makeContent(cells.slice(0, 2), 20);
  const second = records.map((record, index) => ({
    ...record,
    metrics: { boot_ns: 1e9 + (index % 2) * 5e8 + record.repetition },
    // Which of the two boots first changes from block to block.
    startedAt: new Date(record.order * 1000).toISOString(),
  }));
  const swapped = second.map(record => {
    if (record.repetition % 2) return record;
    const first = record.cell === 'b';
    return {
      ...record,
      metrics: { boot_ns: 1e9 + (first ? 0 : 5e8) + record.repetition },
      startedAt: new Date((record.order + (first ? -1 : 1)) * 1000).toISOString(),
    };
  });
  const findings = (some: typeof records) => {
    const side = sideOfRun({ run, plan, records: some });
    const { pairs } = pairWithin(side, { axis: 'config', base: 'stats' });
    return orderFindings(judgePairs({ base: side, next: side, pairs, random: makeRandom(1) }));
  };
  t.match(
    [...findings(swapped).values()],
    [[{ code: 'ORDER_EFFECT', message: /boot_ns: .* second .* higher/ }]],
  );
  t.equal(findings(records).size, 0);
});
