import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { demandSpace, freeBytes } from '../../harness/files/free-space.ts';

t.test('what is needed is said, and where, before anything is begun', async t => {
  const folder = join(t.testdir(), 'not', 'there', 'yet');
  await demandSpace(folder, 1, 'the kernel sources');
  await t.rejects(demandSpace(folder, 2 ** 60, 'the kernel sources'), {
    code: 'DISK_FULL',
    message: /^the kernel sources need some 1 EiB in .*yet, and .* are free$/,
    hint: /clean/,
  });
});

t.test('the disk is that of the nearest folder above', async t => {
  const folder = t.testdir({ file: '' });
  const { bavail, bsize } = await statfs(folder);
  for (const path of ['none/deeper', 'file/in/a/file']) {
    // Others write to the disk meanwhile.
    const difference = Math.abs((await freeBytes(join(folder, path))) - bavail * bsize);
    t.ok(difference < 1024 ** 3, path);
  }
});
