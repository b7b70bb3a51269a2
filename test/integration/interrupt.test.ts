import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';
import { RunFolder } from '../../harness/store/run-folder.ts';
import { labKernel } from './guest-lab.ts';

const main = projectPath('build', 'harness', 'main.js');

/** Command lines of all processes that mention a text. */
async function processesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(text) && Number(pid) !== process.pid) found.push(command.replaceAll('\0', ' '));
  }
  return found;
}

t.test('Ctrl-C ends the run in good order, and --resume goes on where it was', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-interrupt-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const matrix = join(folder, 'interrupt.yaml');
  await writeFile(
    matrix,
    `${labKernel}axes: { config: [stats], vcpus: [1, 2] }\nmemory: 512MiB\nworkload: { stress-ng: { module: xfs, instances: 4, timeout: 1s } }\ntrials: 2\n`,
  );
  const results = join(folder, 'results');
  const words = [main, 'run', matrix, '--accel', 'tcg', '--results', results, '--seed', '7'];
  let finished = 0;
  // Other runs of this host have folders of their own.
  const others = new Set(await readdir(tmpdir()));
  const first = startProgram(process.execPath, words, {
    graceNs: 60e9,
    onLine: line => {
      // After the first finished trial others are running: that is where it hurts.
      if (/PASS/.test(line) && ++finished === 1) setTimeout(() => process.kill(-first.pid, 'SIGINT'), 700);
    },
  });
  const interrupted = await first.done;
  t.equal(interrupted.code, 130, interrupted.stderr);
  t.match(interrupted.stderr, /--resume/, 'the reader is told how to go on');
  t.same(await processesWith(results), [], 'no guest and no harness is left');
  t.same(
    (await readdir(tmpdir())).filter(name => /^modstorm-[A-Za-z0-9]{6}$/.test(name) && !others.has(name)),
    [],
    'no socket folder is left',
  );
  const [run] = await readdir(results);
  const runFolder = new RunFolder(join(results, run!));
  const before = (await runFolder.load()).records.filter(({ outcome }) => outcome.kind === 'passed').length;
  t.ok(before >= 1 && before < 4, `${before} of 4 trials were done`);

  const second = await startProgram(
    process.execPath,
    [main, 'run', '--resume', 'latest', '--results', results, '--json'],
    {},
  ).done;
  t.equal(second.code, 0, second.stderr);
  const { records } = await runFolder.load();
  t.equal(records.length, 4);
  t.ok(records.every(({ outcome }) => outcome.kind === 'passed'));
  const report = JSON.parse(second.stdout) as { version: number; outcomes: Record<string, number> };
  t.equal(report.version, 1);
  t.same(report.outcomes, { passed: 4 });
});
