import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ciCommand } from '../../../harness/cli/commands/ci.ts';
import { projectPath } from '../../../harness/project.ts';
import { fakeContext } from '../../fakes/command-context.ts';

const matrix = projectPath('matrices', 'smoke.yaml');

t.test('one text is printed as it is, several with their places', async t => {
  const one = fakeContext();
  t.equal(await ciCommand('github', matrix, { shards: 3 }, one), 0);
  t.match(one.output, /^# One night of modstorm\./);
  t.match(one.output, /^ {2}MATRIX: matrices\/smoke\.yaml$/m, 'another machine has the project elsewhere');
  t.match(one.output, 'SHARDS: "3"');
  const two = fakeContext();
  t.equal(await ciCommand('systemd', matrix, { shards: 1 }, two), 0);
  t.match(two.output, /^# etc\/systemd\/system\/modstorm-smoke\.service$/m);
  t.match(two.output, /^# etc\/systemd\/system\/modstorm-smoke\.timer$/m);
  t.match(two.output, matrix, 'this machine has it here');
});

t.test('files are written where the platform expects them, and only replaced on request', async t => {
  const output = t.testdir();
  const context = fakeContext();
  await ciCommand('github', matrix, { shards: 2, output }, context);
  const path = join(output, '.github', 'workflows', 'modstorm-smoke.yml');
  t.equal(context.output, `${path}\n`);
  t.match(readFileSync(path, 'utf8'), 'SHARDS: "2"');
  await t.rejects(ciCommand('github', matrix, { shards: 5, output }, context), { code: 'CI_EXISTS' });
  t.match(readFileSync(path, 'utf8'), 'SHARDS: "2"');
  await ciCommand('github', matrix, { shards: 5, output, force: true }, context);
  t.match(readFileSync(path, 'utf8'), 'SHARDS: "5"');
});

t.test('without its matrix nothing is written', async t => {
  const output = t.testdir();
  await t.rejects(ciCommand('slurm', 'nowhere', { shards: 2, output }, fakeContext()), {
    code: 'MATRIX_UNREADABLE',
  });
  t.notOk(existsSync(join(output, 'modstorm-nowhere.slurm.sh')));
});
