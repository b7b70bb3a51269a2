import t from 'tap';
import { findEvents } from '../../harness/judgement/history/history-event.ts';
import { type HistoryReport, renderHistory } from '../../harness/report/history.ts';
import { renderHistoryJson } from '../../harness/report/history-document.ts';
import { fakePoints, fakeSeries } from '../fakes/history-fixture.ts';

function reportOf(series: ReturnType<typeof fakeSeries>, folder = 'results'): HistoryReport {
  const events = findEvents(series).map(event => {
    return { event, confirmation: 'unconfirmed' as const, confirmedBy: undefined };
  });
  return { folder, runs: series.points.length, series: [series], events, skipped: [] };
}

/** 2 s, and 1 ms more every night. */
const rising = Array.from({ length: 60 }, (_, night) => 2e9 + 1e6 * night);

t.test('a drift is told by its rate, and leads to its A/B run', async t => {
  const report = reportOf(fakeSeries(fakePoints(rising)));
  const text = renderHistory(report);
  t.match(text, /^[0-9a-f]{8} {2}UNCONFIRMED {2}worse: drift of boot_kernel_ns of vcpus=8$/m);
  t.match(text, /^ {2}drifts: \+5 % per 100 nights since night-0, p=/m);
  t.match(text, /^ {2}2(\.0+)? s -> 2\.06 s, from night-0 \(n=8\) to night-59 \(n=8\)$/m);
  t.match(text, /^ {2}next: npm run -s modstorm -- history results --confirm [0-9a-f]{8}$/m);
  t.match(text, /^1 event: 0 confirmed, 1 unconfirmed/m);
});

t.test('a drift from zero has no percentage', async t => {
  const failures = fakeSeries(fakePoints(Array.from({ length: 60 }, (_, night) => night)), {
    name: 'failed_becoming',
    unit: 'count',
    class: 'count',
    gate: { atLeast: 1, relative: 0 },
  });
  t.match(renderHistory(reportOf(failures)), /^ {2}drifts: \+100 per 100 nights since night-0/m);
  const report = reportOf(fakeSeries(fakePoints(rising, () => 'one')), 'my results');
  t.match(renderHistory(report), /the kernel is identical in both/);
  t.notMatch(renderHistory(report), /next:/, 'no A/B run of kernels can tell');
});

t.test('one JSON document: events with their kind', async t => {
  const drift = JSON.parse(renderHistoryJson(reportOf(fakeSeries(fakePoints(rising)), 'my results')));
  t.match(drift, {
    version: 1,
    events: [{ kind: 'drift', perDay: 1e6, first: { run: 'night-0' }, confirmation: 'unconfirmed' }],
  });
  t.match(drift.events[0].command, /history 'my results' --confirm/, 'ready for a shell');
  t.notOk('pinned' in drift);
  const stepped = rising.map((_, night) => (night < 30 ? 2e9 : 3e9));
  const step = JSON.parse(renderHistoryJson(reportOf(fakeSeries(fakePoints(stepped)))));
  t.match(step.events, [{ kind: 'step', before: 2e9, after: 3e9, lastBefore: { run: 'night-29' } }]);
});
