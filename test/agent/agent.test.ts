import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../harness/process/program.ts';
import { projectPath } from '../../harness/project.ts';

const sources = projectPath('guests', 'agent');

t.test('the same sources give the same bytes in whatever folder they lie', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'modstorm-build-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const copy = join(folder, 'a longer name than the other', 'agent').replaceAll(' ', '-');
  await cp(sources, copy, { recursive: true });
  await runProgram('make', ['-s', '-C', copy, `O=${join(copy, 'out')}`]);
  await runProgram('make', ['-s', '-C', sources, `O=${join(folder, 'out')}`]);
  const one = await readFile(join(copy, 'out', 'agent'));
  const two = await readFile(join(folder, 'out', 'agent'));
  t.ok(one.equals(two));
  t.notMatch(two.toString('latin1'), folder, 'no trace of the place');
  t.ok(two.length < 1024 * 1024, `${two.length} bytes`);

  const { stdout } = await runProgram('readelf', ['-ld', join(folder, 'out', 'agent')]);
  t.notMatch(stdout, /INTERP|NEEDED/, 'it stands alone');

  await cp(join(folder, 'out', 'agent'), join(folder, 'typhoon'));
  const result = await runProgram(join(folder, 'typhoon'), [], { accept: 'any' });
  t.equal(result.code, 2, 'a name that is none of its own');
  t.match(result.stderr, /unknown program name `typhoon`/);
});
