import t from 'tap';
import { parse } from 'yaml';
import {
  confirmableEvent,
  confirmationMatrix,
  confirmationName,
  isRunOf,
  readConfirmation,
} from '../../../harness/judgement/history/confirmation.ts';
import { findEvents, type HistoryEvent } from '../../../harness/judgement/history/history-event.ts';
import type { Judgement } from '../../../harness/judgement/judgement.ts';
import { fakePoints, fakeSeries } from '../../fakes/history-fixture.ts';
import { fakeRun } from '../../fakes/run-fixture.ts';

const drifting = fakeSeries(fakePoints(Array.from({ length: 60 }, (_, night) => 2e9 + 1e7 * night)));
const stepped = fakeSeries(fakePoints(Array.from({ length: 20 }, (_, night) => (night < 10 ? 2e9 : 3e9))));
const [drift] = findEvents(drifting);
const [step] = findEvents(stepped);

/** An A/B run of two kernels. */
function abRun(before: string, after: string) {
  const origin = 'Debian';
  const kernels = Object.entries({ before, after }).map(([kernel, objectDigest]) => {
    return { kernel, config: 'stats', key: kernel, release: '6.12.95', objectDigest, origin };
  });
  return fakeRun({ kernels });
}

t.test('an A/B run is one of a step if it booted the kernels on either side', async t => {
  t.match(step, { kind: 'step' });
  t.ok(isRunOf(step!, abRun('kernel-9', 'kernel-10'), stepped));
  t.notOk(isRunOf(step!, abRun('kernel-9', 'kernel-12'), stepped));
  t.notOk(isRunOf(step!, abRun('kernel-10', 'kernel-9'), stepped));
});

t.test('an A/B run is one of a drift if it booted the first kernel and a later one', async t => {
  t.match(drift, { kind: 'drift' });
  t.ok(isRunOf(drift!, abRun('kernel-0', 'kernel-59'), drifting));
  t.ok(isRunOf(drift!, abRun('kernel-0', 'kernel-40'), drifting), 'the last one some nights ago');
  t.notOk(isRunOf(drift!, abRun('kernel-0', 'kernel-0'), drifting));
  t.notOk(isRunOf(drift!, abRun('kernel-0', 'other'), drifting));
  t.notOk(isRunOf(drift!, abRun('kernel-1', 'kernel-59'), drifting));
});

t.test('the matrix of a drift boots its first and its last kernel', async t => {
  const stored = { image: '/cache/bzImage', modules: '/cache/modules' };
  const text = confirmationMatrix(drift!, { before: stored, after: stored });
  t.match(parse(text), {
    name: `confirm-${drift!.id}`,
    description: 'Did boot_kernel_ns change from night-0 to night-59?',
    vcpus: 8,
    workload: { storm: { module: 'xfs' } },
  });
  const { workload, ...settings } = step!.settings;
  t.equal(workload, 'storm');
  const bare = confirmationMatrix({ ...step!, settings }, { before: stored, after: stored });
  t.notOk('workload' in parse(bare));
});

t.test('only an event whose kernel changed can be confirmed', async t => {
  t.equal(confirmableEvent([step!, drift!], drift!.id), drift);
  t.throws(() => confirmableEvent([step!], 'ffffffff'), { code: 'HISTORY_EVENT' });
  t.throws(() => confirmableEvent([{ ...step!, kernelChanged: false }], step!.id), {
    code: 'HISTORY_KERNELS',
  });
  t.equal(confirmableEvent([{ ...step!, kernelChanged: undefined }], step!.id).id, step!.id);
});

const event = {
  kind: 'step',
  id: '0123abcd',
  metric: 'wasted_bytes',
  settings: { kernel: 'lts', config: 'stats', vcpus: '8', workload: 'storm', 'workload.workers': '32' },
  worse: 'higher',
  gate: { atLeast: 4096, relative: 0.05 },
  lastBefore: { run: 'monday' },
  firstAfter: { run: 'tuesday' },
  before: 10,
  after: 20,
} as unknown as HistoryEvent;

t.test('the matrix boots the kernels of both nights in the cell of the event', async t => {
  const kernel = (name: string) => ({ image: `/${name}/bzImage`, modules: `/${name}/modules` });
  const matrix = parse(confirmationMatrix(event, { before: kernel('old'), after: kernel('new') }));
  t.match(matrix, {
    name: confirmationName(event),
    kernels: { before: { image: '/old/bzImage' }, after: { image: '/new/bzImage' } },
    axes: { kernel: ['before', 'after'] },
    vcpus: 8,
    workload: { storm: { workers: 32 } },
    compare: { axis: 'kernel', base: 'before' },
    gates: { wasted_bytes: { worse: 'higher', 'at least': 4096, relative: 0.05 } },
  });
});

/** A judgement with one metric. */
function judged(verdict: string, changed: boolean, estimate: number): Judgement {
  const result = { verdict, changed, comparison: { effect: { estimate } } };
  return { pairs: [{ metrics: [{ definition: { name: 'wasted_bytes' }, result }] }] } as unknown as Judgement;
}

t.test('the A/B run confirms, refutes or leaves open', async t => {
  t.equal(readConfirmation(event, judged('REGRESSED', true, 9)), 'confirmed');
  t.equal(readConfirmation(event, judged('IMPROVED', true, -9)), 'refuted', 'the other way');
  t.equal(readConfirmation(event, judged('UNCHANGED', false, 0)), 'refuted');
  t.equal(readConfirmation(event, judged('INCONCLUSIVE', false, 3)), 'open');
  t.equal(readConfirmation({ ...event, metric: 'other' }, judged('REGRESSED', true, 9)), 'open');
});
