import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ConsoleTail, consoleLineLimit } from '../../harness/machine/console.ts';

t.test('the console is followed, whole lines only, bounded', async t => {
  const path = join(t.testdir(), 'console');
  const tail = new ConsoleTail(path, 20_000);
  t.same(await tail.read(), [], 'QEMU has not made the file yet');
  writeFileSync(path, 'one\r\ntw');
  t.same(await tail.read(), ['one']);
  appendFileSync(path, Buffer.concat([Buffer.from('o\n'), Buffer.from('ü').subarray(0, 1)]));
  t.same(await tail.read(), ['two']);
  appendFileSync(path, Buffer.concat([Buffer.from('ü').subarray(1), Buffer.from([0xff, 10])]));
  t.same(await tail.read(), ['ü\ufffd']);
  appendFileSync(path, `${'y'.repeat(consoleLineLimit + 100)}\nlast`);
  const [long] = await tail.read();
  t.equal(long?.length, consoleLineLimit + 1, 'a long line is cut');
  t.equal(tail.flooded, false);
  appendFileSync(path, 'z'.repeat(40_000));
  const rest = await tail.close();
  t.ok(rest[0]?.startsWith('lastzzz'));
  t.equal(tail.flooded, true);
  t.equal(tail.bytes, 20_000);
});
