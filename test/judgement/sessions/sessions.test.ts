import t from 'tap';
import { Sessions } from '../../../harness/judgement/sessions/sessions.ts';
import { makeRandom } from '../../../harness/random.ts';
import { session } from './session-fixture.ts';

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
