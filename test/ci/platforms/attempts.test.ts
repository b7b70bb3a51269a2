import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { attemptFunctions } from '../../../harness/ci/platforms/attempts.ts';
import { runProgram } from '../../../harness/process/program.ts';

/** A modstorm that says what it was asked and ends as told. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: bash reads it
const fake = 'modstorm() { echo "$@"; sleep "${WAIT:-0}" & wait $!; return "${CODE:-0}"; }\n';

async function run(folder: string, script: string, environment: Record<string, string> = {}) {
  const { code, stdout } = await runProgram('bash', ['-euc', `${attemptFunctions}${fake}${script}`], {
    environment: {
      NIGHT: folder,
      MATRIX: 'm.yaml',
      SHARDS: '2',
      SEED: '5',
      ACCEL: 'tcg',
      RESULTS: 'r',
      ...environment,
    },
    accept: 'any',
  });
  return { code, lines: stdout.trim().split('\n') };
}

/** An attempt that has begun a run. */
function attempt(folder: string, shard: number, number: number): string {
  const run = join(folder, `shard-${shard}`, `attempt-${number}`, '20261127T030000Z-m-aaaa');
  mkdirSync(join(run, 'trials', 'x-001'), { recursive: true });
  for (const name of ['journal.ndjson', 'journal.ndjson.lock', 'plan.json', 'run.json'])
    writeFileSync(join(run, name), `${name} ${number}`);
  return run;
}

t.test('the first attempt begins a run', async t => {
  const folder = t.testdir();
  const { code, lines } = await run(folder, 'boot_shard 2 0');
  t.equal(code, 0);
  t.strictSame(lines, [`run m.yaml --shard 2/2 --seed 5 --accel tcg --results ${folder}/shard-2/attempt-0`]);
});

t.test('the next one goes on with a copy of the newest run, without its lock', async t => {
  const folder = t.testdir();
  attempt(folder, 1, 2);
  attempt(folder, 1, 10);
  mkdirSync(join(folder, 'shard-1', 'attempt-11'));
  const { lines } = await run(folder, 'boot_shard 1 12');
  const copy = join(folder, 'shard-1', 'attempt-12', '20261127T030000Z-m-aaaa');
  t.strictSame(lines, [`run --resume ${copy}`]);
  t.equal(
    readFileSync(join(copy, 'journal.ndjson'), 'utf8'),
    'journal.ndjson 10',
    'attempt 10 is newer than 2',
  );
  t.ok(existsSync(join(copy, 'trials', 'x-001')));
  t.notOk(existsSync(join(copy, 'journal.ndjson.lock')));
});

t.test('1 is no failure of a shard, other codes are', async t => {
  const folder = t.testdir();
  t.equal((await run(folder, 'boot_shard 1 0', { CODE: '1' })).code, 0);
  t.equal((await run(folder, 'boot_shard 1 1', { CODE: '3' })).code, 3);
});

t.test('a signal to the script reaches modstorm, which is waited for', async t => {
  const folder = t.testdir();
  const own =
    'modstorm() { exec bash -c \'trap "sleep 0.3; echo closed; exit 143" TERM; echo ready; sleep 5 & wait\'; }\n';
  const script = `${own}(sleep 0.5; kill -TERM $$) & boot_shard 1 0`;
  const { code, lines } = await run(folder, script);
  t.strictSame(lines, ['ready', 'closed']);
  t.equal(code, 143);
});

t.test('the merge takes the newest run of each shard', async t => {
  const folder = t.testdir();
  attempt(folder, 1, 0);
  const newest = attempt(folder, 1, 1);
  const other = attempt(folder, 2, 0);
  const { lines } = await run(folder, 'merge_shards');
  t.strictSame(lines, [`merge ${newest} ${other} --results r`]);
});
