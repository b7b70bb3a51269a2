import { join } from 'node:path';
import t from 'tap';
import { demandSpace } from '../../harness/files/free-space.ts';

t.test('what is needed is said, and where, before anything is begun', async t => {
  const folder = join(t.testdir(), 'not', 'there', 'yet');
  await demandSpace(folder, 1, 'the kernel sources');
  await t.rejects(demandSpace(folder, 2 ** 60, 'the kernel sources'), {
    code: 'DISK_FULL',
    message: /^the kernel sources need some 1 EiB in .*yet, and .* are free$/,
    hint: /clean/,
  });
});
