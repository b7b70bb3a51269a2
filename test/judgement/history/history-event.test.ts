import t from 'tap';
import { comparedRuns, findEvents } from '../../../harness/judgement/history/history-event.ts';
import { makeRandom } from '../../../harness/random.ts';
import { fakePoints, fakeSeries } from '../../fakes/history-fixture.ts';
import { draws, normal } from '../../statistics/generators.ts';

/** Times of about 2 s with a spread of 10 ms, and what `level` adds, ms. */
function times(nights: number, level: (night: number) => number): number[] {
  return draws(nights, normal, makeRandom(5)).map((noise, night) => 2e9 + 1e7 * noise + 1e6 * level(night));
}

t.test('a step: between which runs, from where to where, for better or worse', async t => {
  const stepped = times(40, night => (night < 25 ? 0 : 60));
  const [event, ...more] = findEvents(fakeSeries(fakePoints(stepped)));
  t.same(more, []);
  t.match(event, { kind: 'step', direction: 'worse', kernelChanged: true, metric: 'boot_kernel_ns' });
  t.match(event, { lastBefore: { run: 'night-24' }, firstAfter: { run: 'night-25' } });
  t.match(comparedRuns(event!), { before: { run: 'night-24' }, after: { run: 'night-25' } });
  t.ok(event!.p! <= 0.001);
  const [better] = findEvents(fakeSeries(fakePoints(stepped), { worse: 'lower' }));
  t.match(better, { id: event!.id, direction: 'better' });
  const [neither] = findEvents(fakeSeries(fakePoints(stepped), { worse: 'none' }));
  t.match(neither, { direction: 'changed' });
  const gated = fakeSeries(fakePoints(stepped), { gate: { atLeast: 0, relative: 0.05 } });
  t.same(findEvents(gated), [], '3 % are below a gate of 5 %');
  t.same(
    findEvents(fakeSeries(fakePoints(stepped)), { leastSegment: 21 }),
    [],
    'not enough nights on each side',
  );
});

t.test('a drift: since when, how fast, from where to where', async t => {
  const drifting = times(200, night => night / 2);
  const events = findEvents(fakeSeries(fakePoints(drifting)));
  const [event] = events;
  t.equal(events.length, 1, 'the stairs of it are no events');
  if (event?.kind !== 'drift') return t.fail('no drift');
  t.match(event, {
    direction: 'worse',
    kernelChanged: true,
    first: { run: 'night-0' },
    last: { run: 'night-199' },
  });
  t.match(comparedRuns(event), { before: { run: 'night-0' }, after: { run: 'night-199' } });
  t.ok(Math.abs(event.perDay / 0.5e6 - 1) < 0.1, `${event.perDay} ns a day`);
  t.ok(Math.abs(event.after - event.before - 99.5e6) < 10e6, `${event.before} to ${event.after}`);
  const later = findEvents(fakeSeries(fakePoints(times(260, night => night / 2))));
  t.match(later, [{ id: event.id, last: { run: 'night-259' } }], 'the same drift some nights later');
  const still = fakeSeries(fakePoints(drifting, () => 'one'));
  t.match(findEvents(still), [{ kernelChanged: false }], 'one kernel all the time');
  const gated = fakeSeries(fakePoints(drifting), { gate: { atLeast: 0, relative: 0.1 } });
  t.same(findEvents(gated), [], '5 % in all are below a gate of 10 %');
});

t.test('the slope of a drift is per day, however many runs a day has', async t => {
  const twice = fakePoints(times(200, night => night / 2)).map((point, index) => ({
    ...point,
    startedAt: new Date(Date.UTC(2026, 0, 1, 12 * index)).toISOString(),
  }));
  const [event] = findEvents(fakeSeries(twice));
  if (event?.kind !== 'drift') return t.fail('no drift');
  t.ok(Math.abs(event.perDay / 1e6 - 1) < 0.1, `${event.perDay} ns a day`);
});

t.test('what must not vary: any difference is an event, without a p', async t => {
  const exact = { class: 'deterministic', gate: { atLeast: 0, relative: 0 } } as const;
  const points = fakePoints([39, 39, 40, 40, 39], () => undefined);
  const events = findEvents(fakeSeries(points, exact));
  t.match(events, [
    { kind: 'step', before: 39, after: 40, p: undefined, kernelChanged: undefined },
    { before: 40, after: 39, direction: 'better' },
  ]);
  t.same(findEvents(fakeSeries(points, { ...exact, gate: { atLeast: 2, relative: 0 } })), []);
});

t.test('a quiet series has no events', async t => {
  t.same(findEvents(fakeSeries(fakePoints(times(120, () => 0)))), []);
  t.same(findEvents(fakeSeries([])), []);
});
