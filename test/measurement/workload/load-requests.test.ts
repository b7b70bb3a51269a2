import t from 'tap';
import { requestMetrics } from '../../../harness/measurement/workload/load-requests.ts';

const failures = { failed_kread: 0, failed_decompress: 0, failed_becoming: 670, failed_load: 2 };

t.test('requests are what succeeded and what the kernel counted as failed', async t => {
  const values = requestMetrics(
    { succeeded: 108, elapsedNs: 3e9 },
    { ...failures, wasted_bytes: 1000, mods_loaded: 15 },
  );
  t.same(values, {
    requests: 780,
    failures_per_request: 672 / 780,
    waste_per_request: 1000 / 780,
    loads_per_second: 36,
  });
});

t.test('a rate whose parts are not all known is missing', async t => {
  t.same(
    requestMetrics({}, { ...failures, wasted_bytes: 1000 }),
    {},
    'the workload does not know its successes',
  );
  t.same(
    requestMetrics({ succeeded: 108, elapsedNs: 3e9 }, { failed_becoming: 670, wasted_bytes: 1000 }),
    { loads_per_second: 36 },
    'the kernel has no counters',
  );
  t.same(requestMetrics({ succeeded: 108 }, failures), {
    requests: 780,
    failures_per_request: 672 / 780,
  });
});

t.test('attempts are requests as they are, and not successes', async t => {
  t.same(requestMetrics({ attempted: 1000, elapsedNs: 1e9 }, { ...failures, wasted_bytes: 500 }), {
    requests: 1000,
    failures_per_request: 0.672,
    waste_per_request: 0.5,
  });
});

t.test('no request, no rate; counts beyond 2^53 stay exact', async t => {
  const none = { failed_kread: 0, failed_decompress: 0, failed_becoming: 0, failed_load: 0, wasted_bytes: 0 };
  t.same(requestMetrics({ succeeded: 0, elapsedNs: 0 }, none), {});
  const huge = requestMetrics({ succeeded: '9007199254740993' }, { ...none, failed_load: 2 });
  t.equal(huge['requests'], '9007199254740995');
});
