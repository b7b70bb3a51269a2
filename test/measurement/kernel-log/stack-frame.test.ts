import t from 'tap';
import { parseFrame } from '../../../harness/measurement/kernel-log/stack-frame.ts';

t.test('stack frames of call traces', async t => {
  t.same(parseFrame(' run_request+0x87/0xd0 [test_kmod]'), {
    function: 'run_request',
    module: 'test_kmod',
    reliable: true,
  });
  t.same(parseFrame(' ? kthread.isra.0+0x80/0x80'), { function: 'kthread', reliable: false });
  t.same(parseFrame(' [<ffffffff810f1c2d>] vfs_read+0x2d/0x1c0'), { function: 'vfs_read', reliable: true });
  t.same(parseFrame(' alg_bind+0x6e/0x150 [af_alg 0123456789abcdef0123456789abcdef01234567]'), {
    function: 'alg_bind',
    module: 'af_alg',
    reliable: true,
  });
  t.same(parseFrame(' vfs_read+0x2d/0x1c0 fs/read_write.c:468'), { function: 'vfs_read', reliable: true });
  t.same(parseFrame(' vfs_read fs/read_write.c:468 [inline]'), { function: 'vfs_read', reliable: true });
  for (const other of [
    ' <TASK>',
    'RIP: 0010:foo+0x1/0x2',
    'RSP: 0018:ffff888000ddfdf0',
    'see foo+0x1/0x2 for more',
  ]) {
    t.equal(parseFrame(other), undefined, other);
  }
});
