import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { makeBisectHistory } from '../../guests/kernel/bisect-history.ts';
import { parseSearchLog } from '../../harness/bisect/search/search-log.ts';
import { type ProgramResult, runProgram, startProgram } from '../../harness/process/program.ts';
import { cacheFolder, projectPath } from '../../harness/project.ts';

const history = await makeBisectHistory(join(cacheFolder(), 'bisect', 'history.git'));
const program = projectPath('build', 'harness', 'main.js');
const results = await mkdtemp(join(tmpdir(), 'modstorm-bisect-'));
t.teardown(() => rm(results, { recursive: true, force: true }));

const begin = (branch: string) => [
  ...['bisect', '--tree', history.folder, '--good', history.good, '--bad', branch, 'bisect'],
  ...['--metric', 'failed_becoming', '--accel', 'tcg', '--seed', '1', '--results', results],
];

/** The log of the newest bisection as text, the part of it that is whole. */
async function readLog(): Promise<string> {
  const newest = (await readdir(results)).sort().at(-1);
  const file = join(results, newest ?? '', 'bisect.ndjson');
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

const linesOf = (text: string) => text.split('\n').length - 1;

/** Runs modstorm and kills it with SIGKILL once its log has so many more lines. */
async function killAfter(words: readonly string[], lines: number): Promise<void> {
  const before = linesOf(await readLog());
  const running = startProgram(process.execPath, [program, ...words]);
  let ended = false;
  void running.done.then(() => {
    ended = true;
  });
  while (!ended && linesOf(await readLog()) < before + lines) await sleep(100);
  if (!ended) process.kill(running.pid, 'SIGKILL');
  await running.done;
}

const modstorm = (...words: string[]): Promise<ProgramResult> =>
  runProgram(process.execPath, [program, ...words], { accept: 'any' });

t.test('a commit is found in a real history, killed as it is on the way', async t => {
  await killAfter(begin('always'), 4);
  for (const lines of [1, 9, 13]) {
    const before = await readLog();
    await killAfter(['bisect', '--resume', 'latest', '--results', results], lines);
    t.ok((await readLog()).startsWith(before), 'what the log has stays');
  }
  const before = await readLog();
  const { code, stdout, stderr } = await modstorm('bisect', '--resume', 'latest', '--results', results);
  t.equal(code, 0, stderr.slice(-2000));
  const culprit = history.culprits.always;
  t.match(stdout, `first bad commit: ${culprit.slice(0, 12)} ("module: take every load for one of its own")`);
  t.match(stdout, /with it reverted on the last commit, failed_becoming recovers/);
  const text = await readLog();
  t.ok(text.startsWith(before), 'no boot is lost');
  const { observations } = parseSearchLog(text, 'log');
  const untestable = observations.filter(({ type }) => type === 'untestable');
  t.match(untestable, [{ cause: 'build', title: /kernel\/module\/sysfs\.c:\d+:\d+: error: expected/ }]);
  const failed = observations.filter(({ type }) => type === 'boot-failed');
  t.equal(failed.length, 3, 'what does not boot is tried three times');
  t.match(failed, [{ title: /panic.*is not run/i }, {}, {}]);
  const trials = observations.flatMap(one =>
    'trial' in one && one.trial ? [Number(one.trial.slice(0, 4))] : [],
  );
  t.strictSame(
    trials,
    trials.map((_, index) => index + 1),
    'no boot is made twice',
  );
  const again = await modstorm('bisect', '--resume', 'latest', '--results', results);
  t.equal(again.stdout, stdout, 'it has ended, and says so again');
});

t.test('a change that shows in three boots of ten is found', async t => {
  const { code, stdout, stderr } = await modstorm(...begin('sometimes'));
  t.equal(code, 0, stderr.slice(-2000));
  t.match(stdout, `first bad commit: ${history.culprits.sometimes.slice(0, 12)} `);
});
