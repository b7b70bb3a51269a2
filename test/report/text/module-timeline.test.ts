import t from 'tap';
import type { Attempt } from '../../../harness/measurement/trace/attempt.ts';
import { moduleTimeline } from '../../../harness/report/text/module-timeline.ts';

t.test('more calls than a function takes arguments', async t => {
  const attempts = Array.from(
    { length: 200_000 },
    (_, number): Attempt => ({
      module: 'kvm',
      call: 'finit_module',
      pid: number,
      startNs: number * 1000,
      durationNs: 1000,
      outcome: 'merged',
      bytes: 0,
      requester: { kind: 'udev' },
    }),
  );
  const lines = moduleTimeline('kvm', attempts);
  t.equal(lines[0], 'kvm: 200000 calls within 200 ms');
  t.ok(lines.includes('and 199940 more'));
});
