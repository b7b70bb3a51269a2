import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { bisectCommits, type Laboratory } from '../../../harness/bisect/bisection/bisect-commits.ts';
import { BisectionLog, readBisectionLog } from '../../../harness/bisect/bisection/bisection-log.ts';
import type { Target } from '../../../harness/bisect/search/action.ts';
import type { Conclusion } from '../../../harness/bisect/search/conclusion.ts';
import { searchOptionsShape } from '../../../harness/bisect/search/options.ts';
import { replay, type SearchHeader } from '../../../harness/bisect/search/search-log.ts';
import { BuildError, InfrastructureError } from '../../../harness/errors.ts';
import type { Outcome } from '../../../harness/measurement/record.ts';
import { fakeCell, fakeRecord } from '../../fakes/run-fixture.ts';
import { linearHistory } from '../simulation/world.ts';

const header: SearchHeader = {
  bisect: 'modstorm',
  version: 1,
  commits: linearHistory(16).commits.map(commit => ({ ...commit, parents: [...commit.parents] })),
  options: searchOptionsShape.parse({ worse: 'higher', seed: 1 }),
};
const cell = fakeCell('a', 'stats', 2);
const passed: Outcome = { kind: 'passed' };

/** A laboratory in which c9 brings the change, c8 does not compile and c12 crashes. */
class FakeLaboratory implements Laboratory {
  readonly builds: string[] = [];
  readonly boots: string[] = [];

  async build({ commit, without, purpose }: Target): Promise<string> {
    this.builds.push(`${commit}${purpose.stage === 'confirm' ? ' anew' : ''}`);
    if (commit === 'c8') throw new BuildError('KERNEL_BUILD_FAILED', "stats.c:1:1: error: expected ';'");
    return `${commit} ${without}`;
  }

  async boot({ commit, without }: Target, trial: string) {
    this.boots.push(trial);
    const outcome: Outcome = commit === 'c12' ? { kind: 'crashed', title: 'BUG: x', class: 'bug' } : passed;
    const bad = Number(commit.slice(1)) >= 9 && without === undefined;
    return fakeRecord({ id: trial, cell, repetition: 1, order: 0 }, { loads: bad ? 40 : 39 }, outcome);
  }
}

/** Goes on with the log in a folder, or begins it; `stopAfter` steps it is interrupted. */
async function go(folder: string, laboratory: Laboratory, stopAfter = Number.POSITIVE_INFINITY) {
  const path = join(folder, 'bisect.ndjson');
  const known = await readBisectionLog(path).catch(() => undefined);
  await using log =
    known === undefined ? await BisectionLog.create(path, header) : (await BisectionLog.resume(path)).log;
  const ledger = replay(known ?? { header, observations: [], bytes: 0 }, path);
  const stop = new AbortController();
  let steps = 0;
  let clock = 0n;
  return await bisectCommits({
    ledger,
    laboratory,
    metric: 'loads',
    signal: stop.signal,
    // A second between any two looks at it: then every build and boot takes as long.
    now: () => {
      clock += 1_000_000_000n;
      return clock;
    },
    append: observation => log.append(observation),
    onObservation: () => {
      if (++steps >= stopAfter) stop.abort();
    },
  });
}

/** c8 cannot be tested, so that either of the two may be the first bad commit. */
const wanted = { kind: 'found', culprits: ['c8', 'c9'], revert: { kind: 'impossible' } };

t.test('a search is carried out to its end, and its log tells how', async t => {
  const folder = t.testdir();
  const laboratory = new FakeLaboratory();
  t.match(await go(folder, laboratory), wanted);
  const { observations } = await readBisectionLog(join(folder, 'bisect.ndjson'));
  const untestable = observations.filter(({ type }) => type === 'untestable');
  t.match(untestable, [{ commit: 'c8', cause: 'build', title: "stats.c:1:1: error: expected ';'" }]);
  t.equal(observations.filter(({ type }) => type === 'boot-failed').length, 3, 'c12 is tried three times');
  t.match(observations.at(-1), { type: 'booted', trial: laboratory.boots.at(-1) });
  t.equal(new Set(laboratory.boots).size, laboratory.boots.length, 'each boot has a folder of its own');
  t.ok(laboratory.builds.includes('c9 anew') && laboratory.builds.includes('c7 anew'));
});

t.test('a search that is interrupted after every step ends as if it had not been', async t => {
  const whole = new FakeLaboratory();
  const once = t.testdir({ once: {}, often: {} });
  await go(join(once, 'once'), whole);
  const parts = new FakeLaboratory();
  let conclusion: Conclusion | undefined;
  for (let round = 0; conclusion === undefined && round < 500; round++)
    conclusion = await go(join(once, 'often'), parts, 1);
  t.match(conclusion, wanted);
  t.strictSame(parts.boots, whole.boots, 'no boot is lost and none is made twice');
  t.strictSame(parts.builds, whole.builds);
});

t.test('trouble of the host ends it and judges nothing', async t => {
  const folder = t.testdir();
  const full: Laboratory = {
    build: async () => {
      throw new InfrastructureError('DISK_FULL', 'no space is left');
    },
    boot: () => Promise.reject(new Error('not reached')),
  };
  await t.rejects(go(folder, full), { code: 'DISK_FULL' });
  const lost = new FakeLaboratory();
  lost.boot = async (_, trial) =>
    fakeRecord({ id: trial, cell, repetition: 1, order: 0 }, {}, { kind: 'infrastructure', reason: 'gone' });
  await t.rejects(go(folder, lost), { code: 'GUEST_LOST' });
  const { observations } = await readBisectionLog(join(folder, 'bisect.ndjson'));
  t.strictSame(
    observations.map(({ type }) => type),
    ['built', 'built'],
  );
  t.match(await go(folder, new FakeLaboratory()), wanted, 'and it goes on when the host is mended');
});

t.test('a log belongs to one process', async t => {
  const path = join(t.testdir(), 'bisect.ndjson');
  await using log = await BisectionLog.create(path, header);
  await t.rejects(BisectionLog.resume(path), { code: 'LOCK_HELD' });
  await log.append({ type: 'built', commit: 'c0', purpose: { stage: 'ends' }, seconds: 1 });
  t.match(await readFile(path, 'utf8'), /"commit":"c0"/);
  await t.rejects(readBisectionLog(join(path, '..')), { code: 'BISECT_UNKNOWN' });
});
