import t from 'tap';
import { compareAcross } from '../../../harness/judgement/compare-sides.ts';
import { Sessions } from '../../../harness/judgement/sessions/sessions.ts';
import type { Side } from '../../../harness/judgement/side.ts';
import { makeRandom } from '../../../harness/random.ts';
import { type Host, session } from './session-fixture.ts';

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
