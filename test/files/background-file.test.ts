import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { BackgroundFile } from '../../harness/files/background-file.ts';

t.test('what is written is there in order when the file is closed', async t => {
  const path = join(t.testdir({ file: 'old content that is longer' }), 'file');
  const file = await BackgroundFile.create(path);
  const lines = Array.from({ length: 1000 }, (_, index) => `${index}\n`);
  for (const [index, line] of lines.entries()) {
    file.write(line);
    if (index % 100 === 0) await sleep(1);
  }
  await file.close();
  t.equal(readFileSync(path, 'utf8'), lines.join(''));
});

t.test('a full disk is said by the next write and by the end', async t => {
  const file = await BackgroundFile.create('/dev/full');
  file.write('lost');
  await sleep(50);
  t.throws(() => file.write('more'), { code: 'ENOSPC' });
  await t.rejects(file.close(), { code: 'ENOSPC' });
});

t.test('and by the end alone, when nothing else is written', async t => {
  const file = await BackgroundFile.create('/dev/full');
  file.write('lost');
  await t.rejects(file.close(), { code: 'ENOSPC' });
});
