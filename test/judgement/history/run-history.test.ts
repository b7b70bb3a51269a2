import t from 'tap';
import { confirmationName } from '../../../harness/judgement/history/confirmation.ts';
import { isRegression, RunHistory, roleInHistory } from '../../../harness/judgement/history/run-history.ts';
import { summariseCells } from '../../../harness/judgement/history/summarised-cells.ts';
import { sideOfRun } from '../../../harness/judgement/side.ts';
import type { RunRecord } from '../../../harness/store/run-record.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeRunContent } from '../../fakes/run-folder-fixture.ts';

const kernelRecord = (kernel: string, objectDigest: string) => {
  return { kernel, config: 'stats', key: kernel, release: '6.12.95', objectDigest, origin: 'Debian' };
};

/** Fifteen nights, of which the last ones boot another kernel that wastes more. */
function worsened(): RunHistory {
  const history = new RunHistory();
  for (let index = 0; index < 15; index++) {
    const late = index >= 7;
    const run = fakeRun({
      run: `night-${index}`,
      startedAt: new Date(Date.UTC(2026, 0, 1 + index)).toISOString(),
      kernels: [kernelRecord('lts', late ? 'new' : 'old')],
    });
    const content = fakeRunContent({
      run,
      cells: [fakeCell('a', 'stats', 2)],
      repetitions: 8,
      seed: index + 1,
      measure: (_, random) => ({ wasted_bytes: (late ? 5e8 : 1e8) + random.integer(1e6) }),
    });
    history.addPoint(run, summariseCells(sideOfRun(content)));
  }
  return history;
}

/** The A/B run of an event, between kernels that waste as much or more. */
function abRun(name: string, after: number, more: Partial<RunRecord> = {}) {
  const run = fakeRun({ kernels: [kernelRecord('before', 'old'), kernelRecord('after', 'new')], ...more });
  run.matrix = { ...run.matrix, name, compare: { axis: 'kernel', base: 'before' }, varied: ['kernel'] };
  const cells = ['before', 'after'].map(kernel => {
    const cell = fakeCell(kernel, 'stats', 2);
    return { ...cell, kernel, label: `kernel=${kernel}`, settings: { ...cell.settings, kernel } };
  });
  return fakeRunContent({
    run,
    cells,
    repetitions: 12,
    measure: ({ kernel }, random) => ({
      wasted_bytes: (kernel === 'after' ? after : 1e8) + random.integer(1e6),
    }),
  });
}

t.test('an event is unconfirmed until an A/B run of it decides; the newest counts', async t => {
  const history = worsened();
  t.match(history, { runs: 15, newest: 'night-14' });
  const [judged, ...others] = history.events();
  t.strictSame(others, []);
  t.match(judged, { confirmation: 'unconfirmed', confirmedBy: undefined, event: { direction: 'worse' } });
  t.notOk(isRegression(judged!));

  history.addConfirmation(abRun(confirmationName(judged!.event), 5e8, { run: 'first' }));
  const [confirmed] = history.events();
  t.match(confirmed, { confirmation: 'confirmed', confirmedBy: 'first' });
  t.ok(isRegression(confirmed!));

  history.addConfirmation(abRun(confirmationName(judged!.event), 1e8, { run: 'second' }));
  const [refuted] = history.events();
  t.match(refuted, { confirmation: 'refuted', confirmedBy: 'second' });
  t.notOk(isRegression(refuted!));
});

t.test('an A/B run of other kernels says nothing about an event', async t => {
  const history = worsened();
  const [judged] = history.events();
  const kernels = [kernelRecord('before', 'old'), kernelRecord('after', 'other')];
  history.addConfirmation(abRun(confirmationName(judged!.event), 5e8, { kernels }));
  t.match(history.events()[0], { confirmation: 'unconfirmed' });
});

t.test('the role of a run in a history', async t => {
  const run = fakeRun();
  t.equal(roleInHistory(run), 'point');
  t.equal(roleInHistory({ ...run, matrix: { ...run.matrix, name: 'confirm-1234abcd' } }), 'confirmation');
  t.equal(roleInHistory({ ...run, calibration: { pairs: 2, perSide: 8 } }), 'none');
});
