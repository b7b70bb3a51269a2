import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { type NightRequest, runNight } from '../../../harness/ci/night/night.ts';
import { readNightState } from '../../../harness/ci/night/night-state.ts';
import { FakeLab, loadStorm, nightFile } from './fake-lab.ts';

const text = `name: watch
kernels:
  lts: { debian: linux-source-6.12 }
axes:
  vcpus: [2, 4]
workload: { storm: { module: xfs } }
trials: 12
gates: { failed_becoming: { worse: higher, at least: 5 } }
`;

function request(results: string, more: Partial<NightRequest> = {}): NightRequest {
  return {
    ...{ matrixFile: 'night.yaml', matrix: loadStorm(text).matrix, results },
    ...{ requested: 'tcg', jobs: 2, pin: false, always: false },
    ...more,
  };
}

const killed = { message: 'killed' };
const day = 24 * 3600 * 1000;

t.test('the first night pins its kernel and has nothing to compare', async t => {
  const lab = new FakeLab(t.testdir());
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end, { exitCode: 0, colour: 'quiet' });
  t.match(
    end.line,
    /^nightly watch: quiet: Debian linux-source-6.12 6.12.1-1: nothing to compare yet, 24 boots;/,
  );
  t.strictSame(lab.effects, ['pin newest', 'run watch', 'history', 'notify', 'prune']);
});

t.test('without a new kernel nothing boots, and the exit code stays', async t => {
  const lab = new FakeLab(t.testdir());
  await runNight(request(lab.results), lab.tools());
  lab.time += day;
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end.line, /nothing new since the night 20261127T030000Z: quiet/);
  t.equal(lab.effects.filter(effect => effect.startsWith('run')).length, 1);
  await runNight(request(lab.results, { always: true }), lab.tools());
  t.equal(lab.effects.filter(effect => effect.startsWith('run')).length, 2, '--always boots anyway');
});

t.test('a version that Debian still offers is the first base', async t => {
  const lab = new FakeLab(t.testdir());
  lab.offeredBefore = '6.12.0-1';
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end.line, /first run: \w+ against base/);
});

/** Three nights; the kernel of the third is bad. */
async function redNight(lab: FakeLab) {
  lab.failures.set('6.12.3-1', 400);
  await runNight(request(lab.results), lab.tools());
  lab.time += day;
  lab.newest = { 'linux-source-6.12': '6.12.2-1' };
  await runNight(request(lab.results), lab.tools());
  lab.time += day;
  lab.newest = { 'linux-source-6.12': '6.12.3-1' };
}

t.test('a confirmed regression is red and names the range and the bisection', async t => {
  const lab = new FakeLab(t.testdir());
  await redNight(lab);
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end, { exitCode: 1, colour: 'red' });
  t.match(
    end.line,
    /6\.12\.3-1: failed_becoming REGRESSED against yesterday \(vcpus=\d kernel=lts\) and 3 more, confirmed;/,
  );
  const summary = lab.notified.at(-1) ?? '';
  t.match(
    summary,
    /against base, vcpus=2 kernel=lts: REGRESSED: .*\n {4}CONFIRMED by \S+-confirm-night-watch-\S+: failed_becoming got worse/,
  );
  t.match(summary, 'The culprit is between v6.12.2 and v6.12.3.');
  t.match(
    summary,
    /bisect \/\S+\/night.yaml --tree LINUX-STABLE --good v6.12.2 --bad v6.12.3 --metric failed_becoming --filter vcpus=\d/,
  );
  t.strictSame(readdirSync(nightFile(lab.results, '', '')).filter(name => name.endsWith('Z')).length, 3);
  lab.time += day;
  const again = await runNight(request(lab.results), lab.tools());
  t.match(again, { exitCode: 1, colour: 'red' }, 'red until another kernel comes');
});

t.test('a suspicion that a fresh run does not confirm is no alarm', async t => {
  const lab = new FakeLab(t.testdir());
  await redNight(lab);
  // Only the first run looks bad.
  lab.measure = (version, confirming) => (version === '6.12.3-1' && !confirming ? 400 : 40);
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end, { exitCode: 0, colour: 'quiet' });
  t.match(
    end.line,
    /no change for the worse was confirmed \(first run: REGRESSED against base, REGRESSED against yesterday\)/,
  );
});

t.test("boots that fail with tonight's kernel alone are red; with all kernels they are not", async t => {
  const lab = new FakeLab(t.testdir());
  await runNight(request(lab.results), lab.tools());
  lab.time += day;
  lab.newest = { 'linux-source-6.12': '6.12.2-1' };
  lab.outcomes.set('6.12.2-1', { kind: 'crashed', title: 'BUG: x', class: 'bug' } as never);
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end, { exitCode: 1, colour: 'red' });
});

t.test('a boot that measured nothing makes the night unknown', async t => {
  const lab = new FakeLab(t.testdir());
  lab.outcomes.set('6.12.1-1', { kind: 'invalid', reason: 'Unknown symbol' });
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end, { exitCode: 3, colour: 'unknown' });
  t.match(end.line, 'measured nothing');
});

t.test('killed at any step, the next call goes on and ends alike', async t => {
  const whole = new FakeLab(`${t.testdir()}/whole`);
  await redNight(whole);
  const before = whole.effects.length;
  const expected = await runNight(request(whole.results), whole.tools());
  const steps = whole.effects.length - before;
  t.ok(steps >= 7, `${steps} steps`);
  for (let place = 1; place <= steps; place++) {
    const lab = new FakeLab(`${t.testdirName}/killed-${place}`);
    await redNight(lab);
    lab.killAfter = lab.effects.length + place;
    await t.rejects(runNight(request(lab.results), lab.tools()), killed);
    lab.killAfter = undefined;
    const end = await runNight(request(lab.results), lab.tools());
    const step = lab.effects[before + place - 1];
    t.match(end, { exitCode: 1, colour: 'red' }, `killed after ${step}`);
    t.match(end.line.replace(/.*red: /, ''), expected.line.replace(/.*red: /, '').split(';')[0] ?? '');
    const state = await readNightState(lab.results, 'watch');
    t.equal(state.current, undefined);
    t.equal(state.result, undefined);
    t.equal(state.finished.length, 3, 'each night once');
    const runs = readdirSync(lab.results).filter(name => name !== 'nights');
    t.equal(runs.length, readdirSync(whole.results).length - 1, 'no run was made twice');
  }
});

t.test('interrupted, it says so and goes on', async t => {
  const lab = new FakeLab(t.testdir());
  lab.signal = 130;
  const end = await runNight(request(lab.results), lab.tools());
  t.match(end, { exitCode: 130, colour: 'interrupted' });
  lab.signal = undefined;
  const whole = await runNight(request(lab.results), lab.tools());
  t.match(whole, { exitCode: 0, colour: 'quiet' });
  t.match(lab.told.join(), 'going on with the night');
});

t.test('a stale night, or one of another question, is given up', async t => {
  const lab = new FakeLab(t.testdir());
  lab.killAfter = 2;
  await t.rejects(runNight(request(lab.results), lab.tools()), killed);
  lab.killAfter = undefined;
  lab.time += day;
  const end = await runNight(request(lab.results), lab.tools());
  t.equal(end.colour, 'quiet');
  t.match(lab.told.join(), 'is given up: it began too long ago');
});

t.test('a second night of the same matrix is refused while one runs', async t => {
  const lab = new FakeLab(t.testdir());
  const tools = lab.tools();
  let inner: Promise<unknown> | undefined;
  const first = runNight(request(lab.results), {
    ...tools,
    history: async () => {
      inner = t.rejects(runNight(request(lab.results), lab.tools()), { code: 'LOCK_HELD' });
      await inner;
      return [];
    },
  });
  await first;
  t.ok(inner);
});

t.test('the matrix of a night can be read and names its kernels', async t => {
  const lab = new FakeLab(t.testdir());
  await redNight(lab);
  await runNight(request(lab.results), lab.tools());
  const nights = readdirSync(nightFile(lab.results, '', ''))
    .filter(name => name.endsWith('Z'))
    .sort();
  const made = readFileSync(nightFile(lab.results, nights.at(-1) ?? '', 'lts.yaml'), 'utf8');
  const { matrix } = loadStorm(made);
  t.strictSame(Object.keys(matrix.kernels), ['lts-base', 'lts-yesterday', 'lts']);
  t.strictSame(matrix.compare, { axis: 'kernel', base: 'lts-base' });
  t.equal(matrix.cells.length, 6);
});
