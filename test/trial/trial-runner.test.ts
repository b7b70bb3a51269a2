import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeManifest } from '../../harness/files/entry-manifest.ts';
import type { Outcome } from '../../harness/measurement/record.ts';
import { type JudgedBoot, runTrial, type TrialOptions } from '../../harness/trial/trial-runner.ts';
import { fakeCell, fakePlan, fakeRecord } from '../fakes/run-fixture.ts';

const [trial] = fakePlan([fakeCell('c1', 'stats', 2)], 1).trials;
const passed: Outcome = { kind: 'passed' };
const crashed: Outcome = { kind: 'crashed', title: 'panic', class: 'panic' };
const lost: Outcome = { kind: 'infrastructure', reason: 'the host stood still' };
const stalled = 'the host stood still for 12 s';

/** A trial whose guests end as told, one after the other; an entry of the cache for it. */
async function lab(folder: string, boots: readonly { outcome: Outcome; stalled?: string }[]) {
  await writeManifest(folder);
  const waiting = boots.map(({ outcome, stalled }) => ({ record: fakeRecord(trial!, {}, outcome), stalled }));
  const boot = async (): Promise<JudgedBoot> => {
    const next = waiting.shift();
    if (next === undefined) throw new Error('there was one boot too many');
    return next;
  };
  const run = (signal: AbortSignal = new AbortController().signal) =>
    runTrial(
      {
        trial,
        prepared: { kernel: { folder }, image: { path: join(folder, 'image') } },
        signal,
      } as unknown as TrialOptions,
      boot,
    );
  return { run, waiting };
}

t.test('a trial is booted again when the host stood still, and says so', async t => {
  const folder = t.testdir({ image: 'x' });
  const again = await lab(folder, [{ outcome: lost, stalled }, { outcome: passed }]);
  const record = await again.run();
  t.equal(record.outcome.kind, 'passed');
  t.match(record.findings, [{ code: 'DONE_AGAIN', severity: 'note', message: new RegExp(stalled) }]);
  const twice = await lab(folder, [
    { outcome: lost, stalled },
    { outcome: lost, stalled },
    { outcome: passed },
  ]);
  t.equal((await twice.run()).outcome.kind, 'infrastructure', 'only once more');
  t.equal(twice.waiting.length, 1);
  const once = await lab(folder, [{ outcome: passed }]);
  t.same((await once.run()).findings, []);
  const aborted = await lab(folder, [{ outcome: lost, stalled }]);
  t.equal((await aborted.run(AbortSignal.abort())).outcome.kind, 'infrastructure', 'not after a signal');
});

t.test('a guest that dies of a damaged cache is no crash, in the first boot or the second', async t => {
  for (const boots of [[{ outcome: crashed }], [{ outcome: lost, stalled }, { outcome: crashed }]]) {
    const folder = t.testdir({ image: 'x' });
    utimesSync(join(folder, 'image'), 1000, 1000);
    t.equal((await (await lab(folder, boots)).run()).outcome.kind, 'crashed', 'of a whole one it is');
    const { run } = await lab(folder, boots);
    // Other bytes of the same number, with the old time, as by a failing disk.
    writeFileSync(join(folder, 'image'), 'y');
    utimesSync(join(folder, 'image'), 1000, 1000);
    await t.rejects(run(), { code: 'CACHE_DAMAGED', message: /image has different content/ });
  }
});
