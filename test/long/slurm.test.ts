import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { readDebianHost } from '../../harness/host/debian-mirror.ts';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';
import { listRuns, type RunFolder } from '../../harness/store/run-folder.ts';
import { labKernel } from '../integration/guest-lab.ts';
import { SlurmCluster } from './slurm-cluster.ts';

const matrix = `${labKernel}name: slurm
config: stats
axes:
  workload.inode: [own, same]
  vcpus: [1, 2]
memory: 512MiB
workload: { storm: { module: xfs, workers: 8 } }
trials: 6
compare: { axis: workload.inode, base: own }
`;

const program = projectPath('build', 'harness', 'main.js');
const folder = await mkdtemp(join(tmpdir(), 'modstorm-slurm-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const file = join(folder, 'slurm.yaml');
const results = join(folder, 'results');
writeFileSync(file, matrix);

const host = await readDebianHost();
const unable =
  process.getuid?.() !== 0
    ? 'needs root'
    : host.distribution !== 'debian' || host.codename === undefined
      ? 'needs a release of Debian'
      : false;

/** The journals of the attempts of a shard, oldest first. */
function attempts(night: string, shard: number): string[] {
  const path = join(night, `shard-${shard}`);
  return readdirSync(path)
    .sort()
    .flatMap(attempt =>
      readdirSync(join(path, attempt)).map(run => join(path, attempt, run, 'journal.ndjson')),
    );
}

function recordsIn(journal: string): number {
  return readFileSync(journal, 'utf8').split('\n').length - 2;
}

/** What must not depend on how the boots were shared, nor on chance. */
async function factsOf(run: RunFolder) {
  const { plan, records } = await run.load();
  return {
    digest: plan.digest,
    outcomes: records.map(({ trial, outcome }) => `${trial} ${outcome.kind}`).sort(),
  };
}

t.test('a night on Slurm, of which one task is requeued in the middle', { skip: unable }, async t => {
  const { stdout: text } = await runProgram(process.execPath, [
    program,
    'ci',
    'slurm',
    file,
    '--shards',
    '2',
  ]);
  const script = join(folder, 'night.sh');
  writeFileSync(script, text);
  await using cluster = await SlurmCluster.start(join(folder, 'cluster'), host.codename ?? '');
  const submitted = await cluster.run('bash', [script], {
    RESULTS: results,
    ACCEL: 'tcg',
    SBATCH_OPTIONS: '',
  });
  t.equal(submitted.code, 0, submitted.stderr);
  const [, boot = '', merge = '', night = ''] =
    /build \d+, boot (\d+) \(1-2\), merge (\d+): (.*)/.exec(submitted.stdout) ?? [];

  // The middle of a task: it has finished trials, and one is booting.
  const shard = 1;
  let before = 0;
  for (let tenth = 0; before < 2 && tenth < 6000; tenth++) {
    await sleep(100);
    const path = join(night, `shard-${shard}`);
    if (readdirSync(night).includes(`shard-${shard}`) && readdirSync(path).length > 0) {
      const [journal] = attempts(night, shard).filter(one =>
        readdirSync(join(one, '..')).includes('journal.ndjson'),
      );
      if (journal !== undefined) before = recordsIn(journal);
    }
  }
  const requeued = await cluster.run('scontrol', ['requeue', `${boot}_${shard}`]);
  t.equal(requeued.code, 0, requeued.stderr);

  await cluster.finished(merge, 15);
  const log = readFileSync(join(night, 'merge.log'), 'utf8');
  t.match(log, /^exit code 0$/m, log.slice(-3000));
  const [first, second, ...more] = attempts(night, shard);
  t.strictSame(more, []);
  t.ok(first && second, 'a folder for each attempt');
  const [old, all] = [first ?? '', second ?? ''].map(path => readFileSync(path, 'utf8').split('\n'));
  t.ok(before >= 2 && (all?.length ?? 0) > (old?.length ?? 0));
  const finished = old?.filter(line => line.includes('"kind":"passed"')) ?? [];
  t.ok(finished.length >= before);
  for (const line of finished) t.ok(all?.includes(line), 'a finished trial was not booted again');
  for (const line of [...(old ?? []), ...(all ?? [])])
    t.notMatch(line, /"kind":"(crashed|infrastructure|failed|timeout|invalid)"/);

  const [merged, ...others] = await listRuns(results);
  t.strictSame(others, [], 'one merged run');
  const alone = join(folder, 'alone');
  const seed = night.split('/').at(-1) ?? '';
  const whole = await runProgram(
    process.execPath,
    [program, 'run', file, '--accel', 'tcg', '--seed', seed, '--results', alone],
    { accept: 'any' },
  );
  t.equal(whole.code, 0, whole.stderr.slice(-2000));
  const [unsharded] = await listRuns(alone);
  t.ok(merged && unsharded);
  if (merged && unsharded) t.strictSame(await factsOf(merged), await factsOf(unsharded));
});
