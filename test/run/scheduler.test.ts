import t from 'tap';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import type { Trial } from '../../harness/plan/trial.ts';
import { schedule } from '../../harness/run/scheduler.ts';
import { ResourcePool } from '../../harness/trial/resources.ts';

function trial(id: string, repetition: number, vcpus: number): Trial {
  return { id, repetition, order: 0, cell: { vcpus } as Trial['cell'] };
}

function record(id: string): TrialRecord {
  return { trial: id, outcome: { kind: 'passed' } } as TrialRecord;
}

/** Runs the schedule with trials that end only when told; `log` shows starts (+) and ends (-). */
function rig(
  trials: Trial[],
  cores: number,
  options: { signal?: AbortSignal; stillWanted?: (trial: Trial) => boolean } = {},
) {
  const log: string[] = [];
  const finish = new Map<string, () => void>();
  const done = schedule({
    trials,
    capacity: { cores, memoryBytes: 1000 },
    cost: trial => ({ cores: trial.cell.vcpus, memoryBytes: 1 }),
    runTrial: trial => {
      log.push(`+${trial.id}`);
      return new Promise(resolve => finish.set(trial.id, () => resolve(record(trial.id))));
    },
    onRecord: async trial => {
      log.push(`-${trial.id}`);
    },
    signal: options.signal ?? new AbortController().signal,
    ...(options.stillWanted && { stillWanted: options.stillWanted }),
  });
  const end = async (id: string) => {
    finish.get(id)!();
    await new Promise(resolve => setImmediate(resolve));
  };
  return { log, end, done };
}

t.test('packs by cores, and overtakes only inside a block', async t => {
  const { log, end, done } = rig(
    [trial('a', 1, 1), trial('b', 1, 2), trial('c', 1, 1), trial('d', 2, 1), trial('e', 2, 1)],
    2,
  );
  t.same(log, ['+a', '+c'], 'b does not fit beside a, c does');
  await end('a');
  t.same(log, ['+a', '+c', '-a'], 'b still does not fit; d and e are of a later block and wait');
  await end('c');
  t.same(log.slice(3), ['-c', '+b']);
  await end('b');
  t.same(log.slice(5), ['-b', '+d', '+e']);
  await end('d');
  await end('e');
  await done;
});

t.test('a guest larger than the host runs alone', async t => {
  const { log, end, done } = rig([trial('big', 1, 64), trial('small', 1, 1)], 2);
  t.same(log, ['+big']);
  await end('big');
  await end('small');
  await done;
  t.same(log, ['+big', '-big', '+small', '-small']);
});

t.test('an abort starts nothing more and awaits what runs', async t => {
  const controller = new AbortController();
  const { log, end, done } = rig([trial('a', 1, 2), trial('b', 1, 2)], 2, { signal: controller.signal });
  controller.abort();
  await end('a');
  await done;
  t.same(log, ['+a', '-a']);
});

t.test('a trial that is not wanted any more is left out', async t => {
  const { log, end, done } = rig([trial('a', 1, 2), trial('b', 2, 2), trial('c', 3, 2)], 2, {
    stillWanted: trial => trial.id !== 'b',
  });
  await end('a');
  await end('c');
  await done;
  t.same(log, ['+a', '-a', '+c', '-c']);
});

t.test('a failing journal ends the schedule after what runs has ended', async t => {
  const ended: string[] = [];
  await t.rejects(
    schedule({
      trials: [trial('a', 1, 1), trial('b', 1, 1), trial('c', 1, 1)],
      capacity: { cores: 2, memoryBytes: 1000 },
      cost: () => ({ cores: 1, memoryBytes: 1 }),
      runTrial: async trial => record(trial.id),
      onRecord: async trial => {
        ended.push(trial.id);
        throw new Error('disk full');
      },
      signal: new AbortController().signal,
    }),
    { message: 'disk full' },
  );
  t.same(ended, ['a', 'b'], 'c was never started');
});

t.test('the pool gives back exactly what was taken', async t => {
  const pool = new ResourcePool({ cores: 2, memoryBytes: 10 });
  t.ok(pool.tryTake({ cores: 1, memoryBytes: 8 }));
  t.notOk(pool.tryTake({ cores: 1, memoryBytes: 8 }), 'memory counts too');
  pool.release({ cores: 1, memoryBytes: 8 });
  t.ok(pool.tryTake({ cores: 2, memoryBytes: 10 }));
});
