import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';
import { RunFolder } from '../../harness/store/run-folder.ts';
import { labKernel } from './guest-lab.ts';

const main = projectPath('build', 'harness', 'main.js');
const small =
  'config: stats\nmemory: 512MiB\nworkload: { stress-ng: { module: xfs, instances: 4, timeout: 1s } }\n';

const folder = await mkdtemp(join(tmpdir(), 'modstorm-judge-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const results = join(folder, 'results');

/** Runs modstorm and returns what it printed and its exit code. */
function modstorm(...words: string[]) {
  return runProgram(process.execPath, [main, ...words], { accept: 'any', timeoutNs: 900e9 });
}

async function writeMatrix(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `${labKernel}${small}${text}`);
  return file;
}

t.test('an A/B inside one run, with looks: judged at the end, and again from its folder', async t => {
  const matrix = await writeMatrix(
    'ab.yaml',
    'axes: { vcpus: [1, 2] }\ntrials: { looks: [2, 3] }\ncompare: { axis: vcpus, base: 1 }\n',
  );
  const ran = await modstorm('run', matrix, '--accel', 'tcg', '--results', results, '--seed', '7', '--json');
  t.equal(ran.code, 0, ran.stderr.slice(-2000));
  const document = JSON.parse(ran.stdout);
  t.match(document.comparison, { axis: { axis: 'vcpus', base: '1' }, emulated: true, regressed: false });
  const [pair] = document.comparison.pairs;
  t.match(pair, { name: 'vcpus=2', metrics: { wasted_bytes: { verdict: 'NOT_ENOUGH', base: { n: 3 } } } });

  const run = await RunFolder.open('latest', results);
  const { records } = await run.load();
  t.equal(records.length, 6, 'three boots decide nothing, so both cells went to the last look');
  const text = await readFile(join(run.reportFolder, 'comparison.txt'), 'utf8');
  t.match(text, /last look: 1 pair at 3 boots per side/);
  const compared = await modstorm('compare', 'latest', '--results', results);
  t.equal(compared.stdout, text, 'a replay says the same');
  const why = await modstorm('compare', 'latest', '--results', results, '--why', 'boot_ns');
  t.match(why.stdout, /^NOT_ENOUGH: boot_ns .*\nmetric: boot_ns, time/);

  const baselines = join(folder, 'baselines');
  const saved = await modstorm(
    'baseline',
    'save',
    'lab',
    'latest',
    '--baselines',
    baselines,
    '--results',
    results,
  );
  t.equal(saved.code, 0, saved.stderr);
  const against = await modstorm('compare', 'lab', 'latest', '--baselines', baselines, '--results', results);
  t.equal(against.code, 0, against.stderr);
  t.notMatch(against.stdout, /REGRESSED:/, 'a run is no worse than itself');
});

t.test('an A/A of one cell, stored for the host', async t => {
  const matrix = await writeMatrix('aa.yaml', 'vcpus: 2\n');
  const words = [
    'calibrate',
    matrix,
    '--pairs',
    '1',
    '--per-side',
    '4',
    '--accel',
    'tcg',
    '--results',
    results,
  ];
  const ran = await modstorm(...words, '--json');
  t.equal(ran.code, 0, ran.stderr.slice(-2000));
  const document = JSON.parse(ran.stdout);
  t.match(document, { pairs: 1, perSide: 4, unfinished: 0, impossible: { verdicts: 1 } });
  t.ok(document.tests.of > 0, 'single tests of four boots a side could have alarmed');
  const stored = JSON.parse(await readFile(join(results, 'calibration.json'), 'utf8'));
  t.match(stored, { version: 1, calibrations: [{ run: document.run, facts: { accelerator: 'tcg' } }] });
});
