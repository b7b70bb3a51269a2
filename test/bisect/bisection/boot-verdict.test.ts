import t from 'tap';
import { judgeBoot } from '../../../harness/bisect/bisection/boot-verdict.ts';
import type { Outcome } from '../../../harness/measurement/record.ts';
import { fakeCell, fakePlan, fakeRecord } from '../../fakes/run-fixture.ts';

const [trial] = fakePlan([fakeCell('a', 'stats', 2)], 1).trials;
const boot = (outcome: Outcome, metrics: Record<string, number | string> = {}) =>
  fakeRecord(trial!, metrics, outcome);
const passed = { kind: 'passed' } as const;
const crashed = { kind: 'crashed', title: 'KASAN: use-after-free in f', class: 'sanitizer' } as const;

t.test('a boot that passed gives its value, to the last digit', t => {
  t.strictSame(judgeBoot(boot(passed, { wasted_bytes: 7 }), 'wasted_bytes'), { kind: 'value', value: 7 });
  const large = judgeBoot(boot(passed, { wasted_bytes: '9223372036854775807' }), 'wasted_bytes');
  t.strictSame(large, { kind: 'value', value: 9223372036854775807n });
  t.match(judgeBoot(boot(passed), 'wasted_bytes'), {
    kind: 'untestable',
    title: /do not measure wasted_bytes/,
  });
  t.end();
});

t.test('a guest that crashed or hung gives none, and is not bad', t => {
  t.strictSame(judgeBoot(boot(crashed), 'wasted_bytes'), { kind: 'failed', title: crashed.title });
  const hung = { kind: 'timeout', phase: 'boot', reason: 'no hello within 60 s' } as const;
  t.match(judgeBoot(boot(hung), 'wasted_bytes'), { kind: 'failed', title: 'boot: no hello within 60 s' });
  t.match(judgeBoot(boot({ kind: 'invalid', reason: 'Unknown symbol' }), 'x'), { kind: 'failed' });
  t.end();
});

t.test('where crashes are what is bisected, they are the value', t => {
  t.strictSame(judgeBoot(boot(crashed), 'failed_boots'), { kind: 'value', value: 1 });
  t.strictSame(judgeBoot(boot(passed), 'failed_boots'), { kind: 'value', value: 0 });
  t.match(judgeBoot(boot({ kind: 'invalid', reason: 'skipped' }), 'failed_boots'), { kind: 'failed' });
  t.end();
});

t.test('trouble of the host judges nothing', t => {
  const lost = boot({ kind: 'infrastructure', reason: 'QEMU ended with signal 9' });
  t.throws(() => judgeBoot(lost, 'wasted_bytes'), { code: 'GUEST_LOST', message: /signal 9/ });
  t.strictSame(judgeBoot(boot({ kind: 'interrupted' }), 'x'), { kind: 'interrupted' });
  t.end();
});
