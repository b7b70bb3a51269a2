import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { describeSelf } from '../../harness/files/lock-holder.ts';
import { findAbandonedFolders, makeTemporaryFolder } from '../../harness/files/temporary-folder.ts';

t.test('it is there until it is disposed of', async t => {
  const base = t.testdir();
  {
    await using folder = await makeTemporaryFolder('probe', base);
    writeFileSync(join(folder.path, 'file'), '');
    t.match(readdirSync(base), [/^modstorm-probe-\w{6}$/]);
    t.same(await findAbandonedFolders(base), [], 'its maker lives');
  }
  t.same(readdirSync(base), []);
  await t.rejects(makeTemporaryFolder('sockets', join(base, 'none')), {
    code: 'TEMPORARY_FOLDER_FAILED',
    message: /none/,
    hint: /TMPDIR/,
  });
});

t.test('those of dead makers are found, and nothing else', async t => {
  const base = t.testdir({ 'modstorm-file': '', 'modstorm-unsaid': {}, 'modstorm-folder': { '.owner': {} } });
  const self = describeSelf('x');
  const owners = {
    'modstorm-alive': self,
    'modstorm-dead': { ...self, startTime: '1' },
    'modstorm-modules-rebooted': { ...self, bootId: 'another' },
    'modstorm-elsewhere': { ...self, host: 'another' },
    'modstorm-garbage': 'x',
    'another-dead': { ...self, startTime: '1' },
  };
  for (const [name, owner] of Object.entries(owners)) {
    mkdirSync(join(base, name));
    writeFileSync(join(base, name, '.owner'), JSON.stringify(owner));
  }
  const names = ['modstorm-dead', 'modstorm-modules-rebooted'];
  t.same(
    await findAbandonedFolders(base),
    names.map(name => join(base, name)),
  );
  t.same(await findAbandonedFolders(join(base, 'none')), []);
});
