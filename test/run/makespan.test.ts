import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { TrialRecord } from '../../harness/measurement/record.ts';
import type { Trial } from '../../harness/plan/trial.ts';
import { makeRandom } from '../../harness/random.ts';
import { schedule } from '../../harness/run/scheduler.ts';

/** A host that is larger than any that runs the tests. */
const cores = 128;

interface Guest {
  endsAt: number;
  end: () => void;
}

/**
 * The real scheduler with guests that only take time, on a clock that jumps from end to end.
 * @param sizes vCPUs of the cells
 * @returns how long the run took, and the least that any packing could take: all cores busy all the time
 */
async function simulate(sizes: readonly number[], blocks: number, seed: number) {
  const random = makeRandom(seed);
  const running: Guest[] = [];
  const trials = Array.from({ length: blocks }, (_, block) =>
    random
      .shuffle(sizes.map((vcpus, index) => ({ vcpus, id: `${index}-${block}` })))
      .map(({ vcpus, id }) => ({ id, repetition: block, order: 0, cell: { vcpus } }) as Trial),
  ).flat();
  let now = 0;
  let work = 0;
  let over = false;
  const cost = (trial: Trial) => ({ cores: Math.min(trial.cell.vcpus, cores), memoryBytes: 1 });
  const done = schedule({
    trials,
    capacity: { cores, memoryBytes: 1000 },
    cost,
    signal: new AbortController().signal,
    onRecord: async () => {},
    runTrial: trial => {
      // Boots of one cell differ by 20 %, and more CPUs take longer.
      const duration = (3 + trial.cell.vcpus / 32) * (0.8 + 0.4 * random.uniform());
      work += duration * cost(trial).cores;
      return new Promise(resolve => {
        const record = { trial: trial.id, outcome: { kind: 'passed' } } as TrialRecord;
        running.push({ endsAt: now + duration, end: () => resolve(record) });
      });
    },
  }).then(() => {
    over = true;
  });
  while (!over) {
    await setImmediate();
    running.sort((a, b) => a.endsAt - b.endsAt);
    const next = running.shift();
    now = next?.endsAt ?? now;
    next?.end();
  }
  await done;
  return { took: now, ideal: work / cores };
}

const nights = {
  'small guests': [1, 2, 4, 8],
  'guests of up to half the host': [1, 2, 4, 8, 32, 64],
  'guests that need the whole host': [1, 2, 4, 8, 64, 255],
};

for (const [title, sizes] of Object.entries(nights)) {
  t.test(`a night of 720 boots on ${cores} cores: ${title}`, async t => {
    for (const seed of [1, 2, 3]) {
      const cells = sizes.flatMap(vcpus => Array<number>(36 / sizes.length).fill(vcpus));
      const { took, ideal } = await simulate(cells, 20, seed);
      t.ok(took >= ideal, 'no core is used twice');
      t.ok(took / ideal <= 1.05, `${(took / ideal).toFixed(3)} of the ideal`);
    }
  });
}
