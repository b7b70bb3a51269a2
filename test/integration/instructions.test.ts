import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runProgram, startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';
import { RunFolder } from '../../harness/store/run-folder.ts';

const main = projectPath('build', 'harness', 'main.js');
const matrix = projectPath('matrices', 'instructions.yaml');

/** A loop that ends with its parent: a test that is killed cannot end it. */
const spin = 'const parent = process.ppid; while (process.ppid === parent);';

/** Keeps every core busy, as other jobs of a CI host do. */
async function onBusyHost<Result>(work: () => Promise<Result>): Promise<Result> {
  const loads = Array.from({ length: availableParallelism() }, () =>
    startProgram(process.execPath, ['-e', spin]),
  );
  try {
    return await work();
  } finally {
    await Promise.all(loads.map(load => load.end()));
  }
}

t.test('a loader that is 2 % slower is found in 8 boots on a busy host, and an equal one is not', async t => {
  const results = await mkdtemp(join(tmpdir(), 'modstorm-instructions-'));
  t.teardown(() => rm(results, { recursive: true, force: true }));
  const words = ['run', matrix, '--results', results, '--seed', '3', '--json'];
  // The kernels are built before: only the boots need a busy host.
  await runProgram(process.execPath, [main, 'build', matrix], { timeoutNs: 900e9 });
  const ran = await onBusyHost(() =>
    runProgram(process.execPath, [main, ...words], { accept: 'any', timeoutNs: 900e9 }),
  );
  t.equal(ran.code, 1, ran.stderr.slice(-2000));
  const { comparison } = JSON.parse(ran.stdout);
  const pair = (name: string) => comparison.pairs.find((one: { name: string }) => one.name === name);
  const slow = pair('kernel=slow').metrics;
  for (const metric of ['instructions_workload', 'load_ns'])
    t.match(slow[metric], { verdict: 'REGRESSED', base: { n: 8 } }, metric);
  t.notMatch(slow['instructions_boot'], { verdict: 'REGRESSED' }, 'a boot loads few modules');
  const changed = Object.entries(pair('kernel=again').metrics as Record<string, { verdict: string }>).filter(
    ([, { verdict }]) => verdict === 'REGRESSED' || verdict === 'IMPROVED',
  );
  t.same(changed, [], 'the same kernel under another name');

  const { plan, records } = await (await RunFolder.open('latest', results)).load();
  for (const { id, label } of plan.cells) {
    const counts = records.flatMap(({ cell, metrics }) =>
      cell === id ? [Number(metrics['instructions_workload'])] : [],
    );
    const spread = (Math.max(...counts) - Math.min(...counts)) / Math.min(...counts);
    t.ok(spread < 0.005, `${label}: ${(spread * 100).toFixed(3)} % from ${Math.min(...counts)} up`);
  }
});

t.test('under KVM the setting is refused', async t => {
  const { code, stderr } = await runProgram(process.execPath, [main, 'run', matrix, '--accel', 'kvm'], {
    accept: 'any',
  });
  t.equal(code, 2);
  t.match(stderr, /instructions can only be counted under emulation/);
});
