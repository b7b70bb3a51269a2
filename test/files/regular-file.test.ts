import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openRegularFile, readRegularFile, readRegularPieces } from '../../harness/files/regular-file.ts';

t.test('regular files, and links to them, are read', async t => {
  const folder = t.testdir({ file: 'grün', link: t.fixture('symlink', 'file') });
  t.equal(await readRegularFile(join(folder, 'file'), 'utf8'), 'grün');
  t.equal((await readRegularFile(join(folder, 'link'))).length, 5);
  t.match(await readRegularFile('/proc/self/status', 'utf8'), /^Name:/, 'a file that tells no size');
  await t.rejects(readRegularFile(join(folder, 'none')), { code: 'ENOENT' });
});

t.test('nothing else is, and nothing is waited for', { timeout: 5000 }, async t => {
  // The path of a socket must be short.
  const folder = mkdtempSync(join(tmpdir(), 'regular-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  execFileSync('mkfifo', [at('fifo')]);
  mkdirSync(at('folder'));
  symlinkSync('fifo', at('link'));
  const server = createServer().listen(at('socket'));
  await new Promise(resolve => server.once('listening', resolve));
  const kinds = {
    [at('fifo')]: 'a FIFO',
    [at('link')]: 'a FIFO',
    [at('folder')]: 'a folder',
    [at('socket')]: 'a socket',
    '/dev/zero': 'a character device',
    '/dev/tty': 'a character device',
  };
  for (const [path, kind] of Object.entries(kinds)) {
    const error = { code: 'FILE_IRREGULAR', message: `${path} is ${kind}, not a regular file` };
    await t.rejects(readRegularFile(path), error);
    await t.rejects(openRegularFile(path, constants.O_RDWR | constants.O_CREAT), error);
  }
  server.close();
});

t.test('what is too large is said, not read', async t => {
  const path = join(t.testdir(), 'sparse');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 40);
  await t.rejects(readRegularFile(path), { code: 'FILE_TOO_LARGE' });
});

t.test('a file in pieces: all bytes in order, however large', async t => {
  const path = join(t.testdir(), 'f');
  const content = Buffer.from(Array.from({ length: 3 * 1024 ** 2 + 5 }, (_, index) => index % 251));
  writeFileSync(path, content);
  const pieces: Buffer[] = [];
  await readRegularPieces(path, piece => pieces.push(Buffer.from(piece)));
  t.ok(pieces.length > 3);
  t.ok(Buffer.concat(pieces).equals(content));
  await t.rejects(
    readRegularPieces(tmpdir(), () => {}),
    { code: 'FILE_IRREGULAR' },
  );
  await t.rejects(
    readRegularPieces(path, () => {
      throw new Error('enough');
    }),
    /enough/,
  );
});
