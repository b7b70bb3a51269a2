import t from 'tap';
import { refuseWithoutStats } from '../../harness/kernel/kernel-configure.ts';
import { kernelTools } from '../../harness/kernel/kernel-tools.ts';

const tools = kernelTools('source', 'test');

t.test('a kernel without module statistics is refused, and so is a tree that is no kernel', async t => {
  const refuse = (folder: string) => refuseWithoutStats(folder, 'my tree', tools);
  const old = { Makefile: 'VERSION = 6\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\n' };
  await t.rejects(refuse(t.testdir({ ...old, kernel: { 'Kconfig.x': 'config OTHER\n' } })), {
    code: 'KERNEL_TOO_OLD',
    message: /^my tree \(Linux 6\.3\.0-rc1\) has no module statistics/,
  });
  await t.rejects(refuse(t.testdir({ fs: { a: '' } })), {
    code: 'KERNEL_TOO_OLD',
    message: /^my tree \(Linux \?\)/,
  });
  await refuse(t.testdir({ kernel: { module: { Kconfig: 'config MODULE_STATS\n\tbool "x"\n' } } }));
});
