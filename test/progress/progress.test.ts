import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import t from 'tap';
import type { ProgressClock } from '../../harness/progress/clock.ts';
import type { ProgressEvent } from '../../harness/progress/event.ts';
import { renderFrame } from '../../harness/progress/frame.ts';
import { createProgress } from '../../harness/progress/progress.ts';
import { ProgressState } from '../../harness/progress/progress-state.ts';
import { RemainingTime } from '../../harness/progress/remaining-time.ts';
import { goldenText } from '../fakes/golden.ts';
import { fakeCell, fakePlan, fakeRecord } from '../fakes/run-fixture.ts';

/** A clock that stands still until told, and then calls what is due in its order. */
class FakeClock implements ProgressClock {
  #now = 0;
  #timers = new Set<{ at: number; every?: number; action: () => void }>();
  now = () => this.#now;
  every = (milliseconds: number, action: () => void) =>
    this.#add({ at: this.#now + milliseconds, every: milliseconds, action });
  after = (milliseconds: number, action: () => void) => this.#add({ at: this.#now + milliseconds, action });
  get pending() {
    return this.#timers.size;
  }
  move(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(timer => timer.at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#now = next.at;
      if (next.every === undefined) this.#timers.delete(next);
      else next.at += next.every;
      next.action();
    }
    this.#now = end;
  }
  #add(timer: { at: number; every?: number; action: () => void }): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}

class FakeStream extends EventEmitter {
  text = '';
  columns: number | undefined = 72;
  write(text: string): void {
    this.text += text;
  }
  take(): string {
    const text = this.text;
    this.text = '';
    return text;
  }
}

const plan = fakePlan([fakeCell('c1', 'stats', 2), fakeCell('c2', 'stats\x1b[2J', 8)], 2);
const [first, second, third, fourth] = plan.trials;

/** A build, then two trials side by side of which one crashes, then an interruption. */
const story: [afterMs: number, ProgressEvent][] = [
  [0, { type: 'step-started', step: 'kernel', title: 'kernel lts, stats' }],
  [4000, { type: 'step-progress', step: 'kernel', title: 'kernel lts, stats', fraction: 0.05 }],
  [
    1000,
    {
      type: 'step-progress',
      step: 'kernel',
      title: 'kernel lts, stats',
      fraction: 0.3,
      detail: 'fs/xfs/xfs_inode.o\x07',
    },
  ],
  [2000, { type: 'step-progress', step: 'kernel', title: 'kernel lts, stats', fraction: 0.32 }],
  [9000, { type: 'step-progress', step: 'kernel', title: 'kernel lts, stats', fraction: 0.33 }],
  [
    1000,
    { type: 'step-finished', step: 'kernel', title: 'kernel lts, stats', cached: false, durationNs: 17e9 },
  ],
  [0, { type: 'step-finished', step: 'image', title: 'image', cached: true, durationNs: 1e6 }],
  [0, { type: 'warning', message: 'emulation (TCG) is used: \x1b[31mno KVM', hint: 'Times are not real.' }],
  [
    0,
    {
      type: 'run-started',
      run: 'r',
      folder: 'results/r',
      trials: 4,
      cells: 2,
      accelerator: 'tcg',
      jobs: 2,
      planned: plan.trials,
    },
  ],
  [0, { type: 'trial-started', trial: first! }],
  [30, { type: 'trial-started', trial: second! }],
  [30, { type: 'trial-phase', trial: first!, phase: 'boot' }],
  [5000, { type: 'trial-phase', trial: second!, phase: 'workload' }],
  [3000, { type: 'trial-finished', trial: first!, record: fakeRecord(first!) }],
  [500, { type: 'trial-started', trial: third! }],
  [
    2000,
    {
      type: 'trial-finished',
      trial: second!,
      record: fakeRecord(second!, {}, { kind: 'crashed', class: 'bug', title: 'kernel BUG in foo\x1b[A' }),
    },
  ],
  [125_000, { type: 'trial-started', trial: fourth! }],
  [
    1000,
    {
      type: 'trial-finished',
      trial: third!,
      record: fakeRecord(third!, {}, { kind: 'timeout', phase: 'workload', reason: 'no end after 120 s' }),
    },
  ],
  [0, { type: 'trial-finished', trial: fourth!, record: fakeRecord(fourth!, {}, { kind: 'interrupted' }) }],
  [0, { type: 'run-finished', interrupted: true }],
];

t.test('lines: one per step and trial, few for a long step, and word of what is slow', async t => {
  const stream = new FakeStream();
  const clock = new FakeClock();
  const progress = createProgress({ stream, interactive: false, environment: {}, clock });
  for (const [afterMs, event] of story) {
    clock.move(afterMs);
    progress.sink(event);
  }
  progress.close();
  t.equal(clock.pending, 0);
  t.equal(stream.text, goldenText('progress/golden/lines.txt', stream.text));
  t.notOk(stream.text.includes('\x1b'), 'nothing that a guest sent reaches the terminal raw');
});

t.test('a wait is told when it begins, and whom for to its end', async t => {
  const stream = new FakeStream();
  const clock = new FakeClock();
  const progress = createProgress({ stream, interactive: false, environment: {}, clock });
  const detail =
    'waiting for process 4711 (main.js run matrices/nightly.yaml --shard 1/2), which is reading package lists since 2026-11-21 03:41:07 UTC';
  progress.sink({ type: 'step-started', step: 'packages', title: 'Packages', detail });
  clock.move(15_000);
  progress.sink({ type: 'step-progress', step: 'packages', title: 'Packages', detail });
  progress.close();
  t.equal(stream.text, `START   Packages ${detail}\n...     Packages ${detail}\n`);
});

t.test('the live window, frame by frame', async t => {
  const stream = new FakeStream();
  const clock = new FakeClock();
  const progress = createProgress({ stream, interactive: true, environment: { NO_COLOR: '1' }, clock });
  let frames = '';
  const show = () => {
    frames += `--- ${clock.now()} ms\n${stream.take().replaceAll('\x1b', '<ESC>')}`;
  };
  for (const [afterMs, event] of story) {
    clock.move(Math.min(afterMs, 9000));
    progress.sink(event);
    show();
  }
  progress.close();
  progress.sink(story[0]![1]);
  progress.close();
  show();
  t.equal(clock.pending, 0, 'no timer is left');
  t.ok(frames.endsWith('<ESC>[?25h'), 'the cursor comes back, once');
  t.equal(stream.listenerCount('resize'), 0);
  t.equal(frames, goldenText('progress/golden/live.txt', frames));
});

t.test('redrawing: at most each 100 ms, each second without events, and after a resize', async t => {
  const stream = new FakeStream();
  const clock = new FakeClock();
  const progress = createProgress({ stream, interactive: true, environment: { NO_COLOR: '1' }, clock });
  const step = (fraction: number) =>
    progress.sink({
      type: 'step-progress',
      step: 's',
      title: 'a step with a title as long as this one',
      fraction,
    });
  step(0);
  stream.take();
  for (let count = 1; count <= 50; count++) step(count / 100);
  t.equal(stream.take(), '', 'fifty events at one moment draw nothing yet');
  clock.move(100);
  t.match(stream.take(), /50 %/, 'the last of them is drawn after 100 ms');
  clock.move(1000);
  t.match(stream.take(), /1\.0s|1\.1s/, 'the clock of a step goes on');
  stream.columns = 30;
  stream.emit('resize');
  t.ok(
    stream.take().startsWith('\x1b[3A\r\x1b[J  a step'),
    'the wrapped rows of the old frame are taken away',
  );
  stream.columns = undefined;
  stream.emit('resize');
  t.match(stream.take(), /50 %/);
  stream.emit('error', new Error('EPIPE'));
  progress.close();
  t.equal(stream.take(), '', 'a broken stream gets nothing more');
});

t.test('colour: on terminals, unless NO_COLOR; TERM=dumb has no window', async t => {
  const passed: ProgressEvent = {
    type: 'trial-finished',
    trial: first!,
    record: fakeRecord(first!, {}, { kind: 'failed', reason: 'x' }),
  };
  const written = (interactive: boolean, environment: NodeJS.ProcessEnv) => {
    const stream = new FakeStream();
    const progress = createProgress({ stream, interactive, environment, clock: new FakeClock() });
    progress.sink(passed);
    progress.close();
    return stream.text;
  };
  t.ok(written(true, {}).includes('\x1b[31mFAIL'));
  t.notOk(written(true, { NO_COLOR: '1', FORCE_COLOR: '1' }).includes('\x1b[3'));
  t.ok(written(true, { NO_COLOR: '' }).includes('\x1b[31m'), 'an empty NO_COLOR says nothing');
  t.notOk(written(false, {}).includes('\x1b'));
  t.ok(written(false, { FORCE_COLOR: '1' }).includes('\x1b[31mFAIL'));
  t.notOk(written(true, { TERM: 'dumb', FORCE_COLOR: '0' }).includes('\x1b'));
});

t.test('the time left', async t => {
  const time = new RemainingTime();
  const work = { pending: 0, running: [], elapsedMs: 10_000 };
  t.equal(time.estimate(work), undefined, 'nothing measured, nothing said');
  time.add(2, 8000);
  time.add(2, 12_000);
  time.add(64, 30_000);
  t.equal(time.expected(2), 10_000);
  t.equal(time.expected(4), 10_000, 'the nearest number of vCPUs that was measured');
  t.equal(time.expected(255), 30_000);
  t.equal(
    time.estimate({ ...work, pending: 2, pendingVcpus: [2, 64], elapsedMs: 50_000 }),
    40_000,
    'one after the other',
  );
  t.equal(
    time.estimate({ ...work, pending: 2, pendingVcpus: [2, 64], elapsedMs: 25_000 }),
    20_000,
    'two at a time',
  );
  t.equal(
    time.estimate({ ...work, pending: 3, elapsedMs: 50_000 }),
    50_000,
    'by the mean when vCPUs are not known',
  );
  t.equal(
    time.estimate({ pending: 0, running: [{ vcpus: 64, ageMs: 10_000 }], elapsedMs: 10_000 }),
    20_000,
    'the longest running trial is a bound',
  );
  t.equal(time.estimate({ pending: 0, running: [{ vcpus: 2, ageMs: 60_000 }], elapsedMs: 60_000 }), 0);
});

t.test('property: no line of a frame is as wide as the terminal, and the frame is bounded', async () => {
  const event = fc.oneof(
    fc.record({
      type: fc.constant('step-started' as const),
      step: fc.string(),
      title: fc.string({ unit: 'binary' }),
    }),
    fc.record({
      type: fc.constant('trial-started' as const),
      index: fc.nat(40),
      label: fc.string({ unit: 'binary' }),
    }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 20, max: 200 }), (events, columns) => {
      const state = new ProgressState();
      state.total = 40;
      for (const one of events) {
        if (one.type === 'step-started') state.apply(one, 0);
        else
          state.apply(
            {
              type: 'trial-started',
              trial: { ...first!, id: `t${one.index}`, cell: { ...first!.cell, label: one.label } },
            },
            0,
          );
      }
      const frame = renderFrame(state, 1000, columns);
      return (
        frame.length <= 14 &&
        frame.every(line => line.length < columns && !line.includes('\n') && !line.includes('\x1b'))
      );
    }),
  );
});
