import t from 'tap';
import { parse } from 'yaml';
import {
  confirmationMatrix,
  confirmationName,
  readConfirmation,
} from '../../harness/judgement/confirmation.ts';
import type { HistoryEvent } from '../../harness/judgement/history.ts';
import type { Judgement } from '../../harness/judgement/judgement.ts';

const event = {
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
