import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { cacheFolder, projectPath } from '../../harness/project.ts';

/*
 * The package as somebody gets it: packed, installed from the tarball into an empty folder, and used there. Needs npm's
 * registry for the six packages that it depends on.
 */

const folder = await mkdtemp(join(tmpdir(), 'modstorm-package-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

const shell = (command: string, code = 0) =>
  runProgram('sh', ['-c', command], {
    folder,
    accept: [code],
    environment: { MODSTORM_CACHE: cacheFolder() },
    timeoutNs: 300e9,
  });

t.test('a run in an empty folder', async t => {
  await runProgram('npm', ['pack', '--silent', '--pack-destination', folder], { folder: projectPath('.') });
  const [tarball = ''] = await readdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "name": "nights", "private": true }');
  await shell(`npm install --no-audit --no-fund --omit=dev ./${tarball}`);
  const { stdout } = await shell('npx modstorm run smoke --accel tcg');
  t.match(stdout, /smoke: 1 trial of 1 cell/);
  t.match(stdout, /1 passed/);
  const runs = (await readdir(join(folder, 'results'))).filter(name => name.includes('smoke'));
  t.equal(runs.length, 1, 'results are in the current folder');
  await shell('npx modstorm baseline save first latest');
  t.strictSame(await readdir(join(folder, 'results', 'baselines')), ['first.json'], 'baselines too');
  t.match((await shell('npx modstorm schema matrix')).stdout, /"\$schema"/);
  t.match((await shell('npx modstorm help ci')).stdout, /MODSTORM IN CI/);
  t.match((await shell('npx modstorm plan quick')).stdout, /in total/);
  const { stderr } = await shell('npx modstorm run no-such', 2);
  t.match(stderr, /Give a path, or one of .*nightly/, 'the matrices are inside');
});
