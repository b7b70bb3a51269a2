import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeFileAtomically } from '../../harness/files/atomic.ts';

t.test('an atomic write replaces the file whole and leaves nothing beside it', async t => {
  const folder = t.testdir({ file: 'old' });
  await writeFileAtomically(join(folder, 'file'), 'new');
  t.equal(readFileSync(join(folder, 'file'), 'utf8'), 'new');
  t.strictSame(readdirSync(folder), ['file']);
  mkdirSync(join(folder, 'taken'));
  await t.rejects(writeFileAtomically(join(folder, 'taken'), 'x'), { code: 'EISDIR' });
  t.strictSame(readdirSync(folder).sort(), ['file', 'taken'], 'a failed write takes its temporary file away');
});
