import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
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

t.test('nothing is left of a folder whose maker cannot be named in it', async t => {
  // The folder fits into the longest path that the kernel takes (4095 bytes), the file in it does not.
  const length = 4095 - '/modstorm-probe-XXXXXX'.length;
  let base = t.testdir();
  while (base.length < length - 1) base = join(base, 'x'.repeat(Math.min(200, length - base.length - 1)));
  mkdirSync(base, { recursive: true });
  await t.rejects(makeTemporaryFolder('probe', base), {
    code: 'TEMPORARY_FOLDER_FAILED',
    message: /ENAMETOOLONG/,
  });
  t.same(readdirSync(base), []);
});

t.test('those of dead makers are found, and nothing else', async t => {
  const base = t.testdir({ 'modstorm-file': '', 'modstorm-unsaid': {}, 'modstorm-folder': { '.owner': {} } });
  const self = describeSelf('x');
  const owners = {
    'modstorm-alive': self,
    'modstorm-dead': { ...self, startTime: '1' },
    'modstorm-modules-rebooted': { ...self, bootId: 'another' },
    'modstorm-elsewhere': { ...self, host: 'another' },
    'modstorm-container': { ...self, pidNamespace: 'pid:[1]' },
    'modstorm-garbage': 'x',
    'another-dead': { ...self, startTime: '1' },
  };
  for (const [name, owner] of Object.entries(owners)) {
    mkdirSync(join(base, name));
    writeFileSync(join(base, name, '.owner'), JSON.stringify(owner));
    // Nobody touches it again while a guest runs, which may take longer than a lock is held without a heartbeat.
    utimesSync(join(base, name, '.owner'), 1000, 1000);
  }
  const names = ['modstorm-dead', 'modstorm-modules-rebooted'];
  t.same(
    await findAbandonedFolders(base),
    names.map(name => join(base, name)),
  );
  t.same(await findAbandonedFolders(join(base, 'none')), []);
});
