import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

const main = projectPath('build', 'harness', 'main.js');

/** The only example of matrices/README.md that begins with these words behind its fence. */
async function example(fence: string, mark: string): Promise<string> {
  const text = await readFile(projectPath('matrices', 'README.md'), 'utf8');
  const found = [...text.matchAll(/^```(yaml[^\n]*)\n([\s\S]*?)^```$/gm)].filter(
    ([, kind, content]) => kind === fence && content!.includes(mark),
  );
  return found.length === 1 ? found[0]![2]! : Promise.reject(new Error(`${found.length} have ${mark}`));
}

t.test('the workload of the README, beside a matrix of the user, runs as it stands', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-own-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'loads'));
  await writeFile(join(folder, 'loads', 'reload.yaml'), await example('yaml workload', 'reloads'));
  await writeFile(join(folder, 'mine.yaml'), await example('yaml', 'loads/reload.yaml'));
  const words = ['--accel', 'tcg', '--results', join(folder, 'results'), '--json'];
  const one = ['--filter', 'vcpus=1', '--filter', 'workload.rounds=5', '--repetitions', '1'];
  const ran = await runProgram(process.execPath, [main, 'run', join(folder, 'mine.yaml'), ...words, ...one], {
    accept: 'any',
    timeoutNs: 900e9,
  });
  t.equal(ran.code, 0, ran.stderr.slice(-2000));
  const { cells } = JSON.parse(ran.stdout) as {
    cells: { metrics: Record<string, { unit: string; median: number }> }[];
  };
  t.equal(cells.length, 1);
  const { metrics } = cells[0]!;
  t.match(metrics['reloads'], { unit: 'count', median: 5 });
  t.match(metrics['mods_loaded'], { median: 5 }, 'the kernel counted as many');
});
