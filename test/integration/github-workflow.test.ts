import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { cacheFolder, projectPath } from '../../harness/project.ts';
import { listRuns } from '../../harness/store/run-folder.ts';
import { labKernel } from './guest-lab.ts';
import { copyCached, WorkflowRunner } from './workflow-runner.ts';

/** A red night: loads of one file are merged, those of copies fail as duplicates. */
const matrix = `${labKernel}config: stats
axes:
  workload.inode: [same, own]
  vcpus: [1, 2]
memory: 512MiB
workload: { storm: { module: xfs, workers: 8 } }
trials: 6
compare: { axis: workload.inode, base: same }
`;

// Beside the cache, whose large files are then linked and not copied.
const root = await mkdtemp(join(dirname(cacheFolder()), 'modstorm-workflow-'));
t.teardown(() => rm(root, { recursive: true, force: true }));

t.test('the workflow for GitHub, step by step in a clean checkout, ends with a merged report', async t => {
  const program = projectPath('build', 'harness', 'main.js');
  const written = ['ci', 'github', '--shards', '2', '--output', root];
  const file = projectPath('matrices', 'smoke.yaml');
  const { stdout } = await runProgram(process.execPath, [program, ...written, file]);
  const runner = new WorkflowRunner(root, stdout.trim(), text =>
    text.replace('ACCEL: kvm', 'ACCEL: tcg').replace('MATRIX: matrices/smoke.yaml', 'MATRIX: night.yaml'),
  );
  await runner.checkOut({ 'night.yaml': matrix });
  // An earlier night has left its kernels.
  await copyCached(join(cacheFolder(), '..', '..'), join(root, 'cache'), runner.cachedPaths);

  const [build] = await runner.run('build');
  t.equal(build?.code, 0, build?.output.slice(-2000) ?? '');
  t.match(build?.outputs['key'], /^modstorm-[0-9a-f]+-[0-9a-f]+$/);

  const boots = await runner.run('boot');
  t.equal(boots.length, 2, 'a job for each group of compared cells');
  for (const { code, output } of boots) {
    t.equal(code, 0, output.slice(-2000));
    t.match(output, /Finished after .*: 12 passed/);
    t.notMatch(output, /unpacking the kernel source/, 'the kernels are those of the cache');
  }

  for (const night of [17, 18]) {
    runner.runNumber = night;
    const [judge] = await runner.run('judge');
    t.equal(judge?.code, 1, judge?.output.slice(-3000) ?? '');
    t.match(judge?.output, /^::error .*REGRESSED/m, 'an annotation names what got worse');
    t.match(judge?.summary, 'REGRESSED', 'and so does the summary of the job');
    const [run, ...others] = await listRuns(join(runner.artifact('night'), 'results'));
    t.strictSame(others, []);
    const report = JSON.parse(readFileSync(join(run?.path ?? '', 'report', 'report.json'), 'utf8'));
    t.match(report, { version: 1 });
    t.equal((await run?.load())?.records.length, 24);
    t.match(readFileSync(join(runner.artifact('night'), 'junit.xml'), 'utf8'), '<testsuites');
    const branch = await runProgram('git', [
      ...['-C', join(root, 'origin'), 'ls-tree', '-r', '--name-only', 'modstorm-history'],
    ]);
    t.match(branch.stdout, `runs/${run?.name}/journal.ndjson`);
    t.match(branch.stdout, 'baselines/nightly.json');
    t.match(branch.stdout, 'index.html');
    t.notMatch(branch.stdout, '/trials/', 'the evidence stays in the artifact');
  }
  t.ok(existsSync(join(runner.artifact('night'), 'history', 'index.html')));
  t.ok(readdirSync(runner.artifact('shard-1')).length > 0);
});
