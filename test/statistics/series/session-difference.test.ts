import t from 'tap';
import {
  sessionDifferenceP,
  sessionMargin,
  sessionsNeeded,
} from '../../../harness/statistics/series/session-difference.ts';

const spread = (sessions: number) => ({
  sessions,
  deviation: 2,
  upper: 4,
  confidence: 0.95,
  within: 0,
  levels: 2,
  perSession: 8,
});
const pair = { difference: 6, base: 8, candidate: 8 };

t.test('the difference of two sessions over what two of one kernel differ', async t => {
  // Student's distribution with 4 degrees of freedom in closed form (Abramowitz and Stegun 26.7.4), at t = 6 / (2 sqrt 2).
  const root = Math.sqrt(4.5 / (4 + 4.5));
  const inside = root * (1 + 4 / (4 + 4.5) / 2);
  t.ok(Math.abs(sessionDifferenceP(spread(5), pair) - (1 - inside)) < 1e-12);
  t.ok(Math.abs(sessionDifferenceP(spread(1_000_001), pair) - 0.0338949) < 1e-5);
  t.ok(
    Math.abs(sessionMargin(spread(1_000_001), pair, 0.05) - 1.959964 * Math.SQRT2 * 2) < 1e-4,
    '1.96 sqrt(2) sigma',
  );
  t.equal(sessionDifferenceP({ ...spread(3), levels: 0 }, pair), 0, 'sessions that never differ');
  t.equal(sessionDifferenceP(spread(3), { ...pair, difference: 0 }), 1);
});

t.test('fewer trials than the sessions had add their own noise', async t => {
  const noisy = { ...spread(5), within: 8 };
  t.ok(sessionMargin(noisy, { ...pair, base: 2 }, 0.05) > sessionMargin(noisy, pair, 0.05));
  t.equal(
    sessionMargin(noisy, { ...pair, base: 80 }, 0.05),
    sessionMargin(noisy, pair, 0.05),
    'more take none away',
  );
});

t.test('how many sessions would do', async t => {
  const needed = sessionsNeeded(spread(3), pair, 0.05)!;
  t.ok(
    sessionMargin(spread(needed), pair, 0.05) < 6 && sessionMargin(spread(needed - 1), pair, 0.05) >= 6,
    `${needed}`,
  );
  t.equal(sessionsNeeded(spread(3), { ...pair, difference: 1 }, 0.05), undefined, 'never, however many');
});
