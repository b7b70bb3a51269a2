import t from 'tap';
import { compareAcross } from '../../../harness/judgement/compare-sides.ts';
import { calibrateSessions } from '../../../harness/judgement/sessions/session-calibration.ts';
import { Sessions } from '../../../harness/judgement/sessions/sessions.ts';
import type { Side } from '../../../harness/judgement/side.ts';
import { makeRandom, type Random } from '../../../harness/random.ts';
import { renderSessionCalibration } from '../../../harness/report/session-calibration.ts';

const boots = 20;

/** How a host makes the boots of one session, in standard deviations of a boot. */
interface Host {
  /** Standard deviation of the level of sessions. */
  level: number;
  /** Correlation of a boot with the one before. */
  autocorrelation: number;
}

/** Standard normal, by Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** A session of one kernel: 100 MB wasted by a boot, with a standard deviation of 10 MB. */
function session(
  run: string,
  random: Random,
  host: Host,
  options: { kernel?: string; cells?: number; shift?: number } = {},
): Side {
  const { kernel = 'old', cells = 1, shift = 0 } = options;
  const level = host.level * normal(random) + shift;
  let state = 0;
  const boot = () => {
    const fresh = Math.sqrt(1 - host.autocorrelation ** 2) * normal(random);
    state = host.autocorrelation * state + fresh;
    return Math.round(1e8 + 1e7 * (level + state));
  };
  return {
    kind: 'run',
    name: run,
    run,
    startedAt: undefined,
    facts: { cpu_model: 'x' },
    record: undefined,
    varied: [],
    cells: Array.from({ length: cells }, (_, index) => ({
      id: `c${index}`,
      label: `c${index}`,
      settings: { vcpus: String(index) },
      design: 'fixed-work' as const,
      kernel,
      facts: { workload: 'storm 1' },
      values: new Map([['wasted_bytes', Array.from({ length: boots }, boot)]]),
      order: [],
      underSteal: 0,
      boots: [],
    })),
    workloadMetrics: {},
    gates: {},
  };
}

interface Figures {
  changed: number;
  regressed: number;
}

/** Shares of comparisons of an unchanged kernel that claim a change, and that end with exit code 1. */
function claims(
  host: Host,
  options: { nights?: number; still?: boolean; cells?: number; repetitions?: number },
): Figures {
  const { nights = 0, still = false, cells = 1, repetitions = 200 } = options;
  const figures = { changed: 0, regressed: 0 };
  for (let seed = 1; seed <= repetitions; seed++) {
    const random = makeRandom(seed);
    const sessions = new Sessions();
    const sides = Array.from({ length: nights + 2 }, (_, index) =>
      session(`r${index}`, random, host, { cells }),
    );
    for (const side of sides) sessions.add(side);
    const [base, next] = sides.slice(-2);
    const { judgement } = compareAcross(base!, next!, { sessions, assumeStillHost: still, detail: 'proved' });
    const claimed = judgement.pairs.some(({ metrics }) => metrics.some(({ result }) => result.changed));
    figures.changed += Number(claimed) / repetitions;
    figures.regressed += Number(judgement.regressed) / repetitions;
  }
  return figures;
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const tell = ({ changed, regressed }: Figures) => `${percent(changed)} changed, ${percent(regressed)} exit 1`;

t.test('two sessions of one kernel on a host whose level moves .7 sd from run to run', async t => {
  const host = { level: 0.7, autocorrelation: 0 };
  const naive = claims(host, { still: true });
  t.ok(naive.changed > 0.4 && naive.regressed > 0.2, `taken for a still host: ${tell(naive)}`);
  const unknown = claims(host, { nights: 0 });
  t.strictSame(unknown, { changed: 0, regressed: 0 }, 'without an estimate there is no verdict');
  for (const nights of [2, 6]) {
    const known = claims(host, { nights });
    t.ok(known.changed <= 0.05, `${nights} earlier nights: ${tell(known)}`);
    t.comment(`${nights} earlier nights: ${tell(known)}; taken for a still host: ${tell(naive)}`);
  }
});

t.test('boots that follow each other with a correlation of .5', async t => {
  const host = { level: 0, autocorrelation: 0.5 };
  for (const cells of [1, 20]) {
    const repetitions = cells === 1 ? 200 : 30;
    const naive = claims(host, { still: true, cells, repetitions });
    const known = claims(host, { nights: 6, cells, repetitions });
    t.ok(naive.changed > 0.1, `taken for a still host, ${cells} cells: ${tell(naive)}`);
    t.ok(known.changed <= 0.05, `${cells} cells: ${tell(known)}`);
    t.comment(`${cells} cells: ${tell(known)}; taken for a still host: ${tell(naive)}`);
  }
});

t.test('what is larger than any two sessions differ is a verdict', async t => {
  const random = makeRandom(5);
  const host = { level: 0.7, autocorrelation: 0 };
  const sessions = new Sessions();
  const nights = Array.from({ length: 7 }, (_, index) => session(`n${index}`, random, host));
  for (const night of nights) sessions.add(night);
  const base = nights[6]!;
  const compare = (next: Side, known = sessions) =>
    compareAcross(base, next, { sessions: known }).judgement.pairs[0]!.metrics.find(
      ({ definition }) => definition.name === 'wasted_bytes',
    )!;
  const far = session('far', random, host, { kernel: 'new', shift: 8 });
  t.match(compare(far), { result: { verdict: 'REGRESSED', changed: true } });
  t.match(compare(far, new Sessions()), {
    result: { verdict: 'INCONCLUSIVE', reason: 'qualified', changed: false },
    sentence:
      /DIFFERS: .*; two sessions, spread unknown: measure A\/B in one run, or collect 3 more nights of the base\.$/,
  });
  const near = session('near', random, { level: 0, autocorrelation: 0 }, { kernel: 'new', shift: 1.5 });
  t.match(compare(near), {
    result: { verdict: 'INCONCLUSIVE' },
    sentence:
      /two sessions of one kernel differ by up to [0-9.]+ MiB \(7 sessions\): measure A\/B in one run/,
  });
  const few = new Sessions();
  for (const night of nights.slice(5)) few.add(night);
  t.match(compare(far, few).sentence, /collect 1 more night of the base/);
  t.match(
    compareAcross(base, { ...far, run: base.run }).judgement,
    { regressed: true },
    'one run is one session',
  );
});

t.test('sessions: one kernel, one cell, one host; a run once', async t => {
  const random = makeRandom(1);
  const host = { level: 0, autocorrelation: 0 };
  const sessions = new Sessions();
  const base = session('a', random, host);
  const next = session('b', random, host, { kernel: 'new' });
  for (const side of [base, base, next, session('c', random, host)]) sessions.add(side);
  const pair = { name: 'p', base: base.cells[0]!, candidate: next.cells[0]! };
  t.match(sessions.spreadOf(base, next, pair, 'wasted_bytes'), { sessions: 2, spread: undefined });
  t.equal(sessions.spreadOf(base, next, pair, 'failed_load').sessions, 0, 'not measured');
  sessions.add({ ...session('d', random, host), facts: { cpu_model: 'y' } });
  t.equal(sessions.spreadOf(base, next, pair, 'wasted_bytes').sessions, 2, 'another host');
  sessions.add(session('e', random, host));
  t.match(sessions.spreadOf(base, next, pair, 'wasted_bytes'), { sessions: 3, spread: { sessions: 3 } });
});

t.test('calibration by sessions: the spread of each metric, and its alarms', async t => {
  const random = makeRandom(11);
  const sides = Array.from({ length: 12 }, (_, index) =>
    session(`s${index}`, random, { level: 0.7, autocorrelation: 0 }),
  );
  const sessions = new Sessions();
  for (const side of sides) sessions.add(side);
  const { runs, spreads, alarms } = calibrateSessions(sides, sessions);
  t.equal(runs.length, 12);
  const waste = spreads.find(({ metric }) => metric === 'wasted_bytes');
  t.match(waste, { cell: 'c0', sessions: 12, spread: { sessions: 12 } });
  const { deviation, within } = waste!.spread!;
  t.ok(deviation > 4e6 && deviation < 11e6, `sigma ${deviation}, 7e6 is true`);
  t.ok(within > 9e6 && within < 11e6, `in a session ${within}, 1e7 is true`);
  t.ok(waste!.margin! > 1.96 * Math.SQRT2 * deviation, 'never below 1.96 sqrt(2) sigma');
  t.ok(
    alarms.still.of === 6 && alarms.still.alarms >= 1,
    `${alarms.still.alarms} alarms of 6 on a host taken to be still`,
  );
  t.equal(alarms.known.alarms, 0);
  const text = renderSessionCalibration({ runs, spreads, alarms });
  t.match(text, /^12 sessions of one kernel, s0 to s11$/m);
  t.match(text, /^c0 +wasted_bytes +12 +[0-9.]+ MiB +[0-9.]+ MiB +[0-9.]+ MiB$/m);
  t.match(calibrateSessions([], new Sessions()), { runs: [], spreads: [], alarms: { known: { of: 0 } } });
});
