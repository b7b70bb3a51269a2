import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { makeFolders } from '../../harness/files/make-folders.ts';

t.test('a folder and those above it', async t => {
  const root = t.testdir();
  const path = join(root, 'a', 'b', 'c');
  await makeFolders(path);
  t.ok(statSync(path).isDirectory());
  await makeFolders(path);
  symlinkSync(path, join(root, 'link'));
  await makeFolders(join(root, 'link'));
  await Promise.all([1, 2, 3, 4].map(() => makeFolders(join(root, 'x', 'y'))));
  t.ok(existsSync(join(root, 'x', 'y')), 'also when several make it at once');
});

t.test('what is in the way is an error, and never a wait', async t => {
  const root = t.testdir();
  writeFileSync(join(root, 'file'), '');
  await t.rejects(makeFolders(join(root, 'file')), { code: 'EEXIST' });
  await t.rejects(makeFolders(join(root, 'file', 'x')), { code: 'ENOTDIR' });
  symlinkSync('nowhere', join(root, 'broken'));
  await t.rejects(makeFolders(join(root, 'broken')), { code: 'ENOENT' });
  await t.rejects(makeFolders('/proc/modstorm'), { code: 'ENOENT' }, 'Node itself hangs here');
});
