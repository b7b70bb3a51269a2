import t from 'tap';
import { calibrateSessions } from '../../../harness/judgement/sessions/session-calibration.ts';
import { Sessions } from '../../../harness/judgement/sessions/sessions.ts';
import { makeRandom } from '../../../harness/random.ts';
import { renderSessionCalibration } from '../../../harness/report/session-calibration.ts';
import { session } from './session-fixture.ts';

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
