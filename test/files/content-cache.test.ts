import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import {
  type CachePlace,
  ContentCache,
  listEntries,
  removeDeadDrafts,
} from '../../harness/files/content-cache.ts';
import { readableText } from '../../harness/files/existing.ts';
import { FileLock } from '../../harness/files/lock.ts';
import { startProgram } from '../../harness/process/program.ts';

const place: CachePlace = { name: 'things', folder: 'things' };
const lock = { purpose: 'making a thing' };
const cacheModule = new URL('../../harness/files/content-cache.js', import.meta.url).href;

/** An entry is two files; without the second it is none. */
async function read(folder: string): Promise<string | undefined> {
  return (await readableText(join(folder, 'b'))) && readFile(join(folder, 'a'), 'utf8');
}

const fill = (text: string) => async (draft: string) => {
  await writeFile(join(draft, 'a'), text);
  await writeFile(join(draft, 'b'), text);
};

t.test('an entry is made once, then found', async t => {
  const root = t.testdir();
  const cache = new ContentCache(place, root, read);
  t.equal(await cache.find('k'), undefined);
  t.equal(await cache.obtain('k', lock, fill('one')), 'one');
  t.equal(await cache.obtain('k', lock, () => Promise.reject(new Error('made again'))), 'one');
  t.strictSame(readdirSync(join(root, 'things')), ['k'], 'neither lock nor draft stays');
  t.equal(statSync(cache.pathOf('k')).mode & 0o777, 0o755, 'others may read it');
});

t.test('being found is a use', async t => {
  const root = t.testdir();
  const cache = new ContentCache(place, root, read);
  await cache.obtain('k', lock, fill('one'));
  utimesSync(cache.pathOf('k'), 1, 1);
  t.match(await listEntries(place, root), [{ path: cache.pathOf('k'), usedAt: 1000 }]);
  await cache.find('k');
  const [entry] = await listEntries(place, root);
  t.ok(Date.now() - (entry?.usedAt ?? 0) < 60_000);
});

t.test('what fails leaves nothing', async t => {
  const root = t.testdir();
  const cache = new ContentCache(place, root, read);
  const failing = cache.obtain('k', lock, async draft => {
    await writeFile(join(draft, 'a'), 'half');
    throw new Error('compiler');
  });
  await t.rejects(failing, { message: 'compiler' });
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  const message = `there is no space left for things at ${cache.pathOf('k')}`;
  await t.rejects(
    cache.obtain('k', lock, () => Promise.reject(full)),
    { code: 'DISK_FULL', message },
  );
  await t.rejects(
    cache.obtain('k', lock, async () => {}),
    /cannot be read back/,
  );
  t.equal(await cache.find('k'), undefined);
});

t.test('an entry that lost files is made anew', async t => {
  const root = t.testdir();
  const cache = new ContentCache(place, root, read);
  await cache.obtain('k', lock, fill('one'));
  rmSync(join(cache.pathOf('k'), 'b'));
  t.equal(await cache.obtain('k', lock, fill('two')), 'two');
  t.strictSame(readdirSync(join(root, 'things')), ['k']);
});

t.test('who has lost the lock publishes nothing', async t => {
  const root = t.testdir();
  const cache = new ContentCache(place, root, read);
  const late = cache.obtain('k', lock, async draft => {
    await fill('late')(draft);
    rmSync(`${cache.pathOf('k')}.lock`);
  });
  await t.rejects(late, { code: 'LOCK_LOST' });
  t.equal(await cache.find('k'), undefined);
});

t.test('of two that want one entry the second waits and takes the first', async t => {
  const root = t.testdir();
  const cache = new ContentCache(place, root, read);
  let made = 0;
  const obtain = () =>
    cache.obtain('k', { ...lock, pollMs: 1 }, async draft => {
      made += 1;
      await fill(`${made}`)(draft);
    });
  t.strictSame(await Promise.all([obtain(), obtain(), obtain()]), ['1', '1', '1']);
  t.equal(made, 1);
});

t.test('drafts of the dead go with the next entry, those of the living stay', async t => {
  const root = t.testdir();
  const cache = new ContentCache(place, root, read);
  for (const name of ['k.draft-aaaaaa', 'dead.draft-bbbbbb', 'living.draft-cccccc'])
    mkdirSync(join(root, 'things', name), { recursive: true });
  await using _lock = await FileLock.acquire(join(root, 'things', 'living.lock'), lock);
  await cache.obtain('k', lock, fill('one'));
  t.strictSame(readdirSync(join(root, 'things')), ['k', 'living.draft-cccccc', 'living.lock']);
});

t.test('a place with one lock: its drafts are dead when that is free', async t => {
  const root = t.testdir();
  const single: CachePlace = { name: 'files', folder: 'files', lock: 'lock' };
  mkdirSync(join(root, 'files', 'fetch.draft-aaaaaa'), { recursive: true });
  const held = await FileLock.acquire(join(root, 'lock'), lock);
  await removeDeadDrafts(single, root);
  t.ok(existsSync(join(root, 'files', 'fetch.draft-aaaaaa')));
  await held.release();
  await removeDeadDrafts(single, root);
  t.strictSame(readdirSync(join(root, 'files')), []);
});

/**
 * Makes the entry `k` again and again in another process, each time in the next of the folders, and stops for ever at
 * the first, second, third … call of the file system, as if killed there; then the process is killed, with its locks.
 * The functions of node:fs/promises are replaced before the cache is loaded.
 * @returns how many of the folders had something to stop at
 */
async function obtainKilledAtEachCall(folders: readonly string[]): Promise<number> {
  const program = `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let left = Infinity;
    let stop = () => {};
    for (const name of ['chmod', 'mkdir', 'mkdtemp', 'open', 'readdir', 'readFile', 'rename', 'rm', 'stat', 'utimes', 'writeFile']) {
      const real = fs[name];
      fs[name] = (...args) => {
        left -= 1;
        if (left > 0) return real(...args);
        stop();
        return new Promise(() => {});
      };
    }
    syncBuiltinESMExports();
    const { ContentCache } = await import(${JSON.stringify(cacheModule)});
    const read = folder => fs.readFile(folder + '/b', 'utf8').catch(() => undefined);
    let calls = 0;
    for (const root of ${JSON.stringify(folders)}) {
      left = calls + 1;
      const stopped = new Promise(resolve => { stop = () => resolve('stopped'); });
      const cache = new ContentCache({ name: 'things', folder: 'things' }, root, read);
      const made = cache.obtain('k', { purpose: 'being killed' }, async draft => {
        await fs.writeFile(draft + '/a', 'new');
        await fs.writeFile(draft + '/b', 'new');
      });
      if (await Promise.race([stopped, made]) !== 'stopped') break;
      calls += 1;
    }
    console.log(calls);
    process.kill(process.pid, 'SIGKILL');`;
  const { stdout, stderr } = await startProgram(process.execPath, ['--input-type=module', '-e', program])
    .done;
  if (stderr) throw new Error(stderr);
  return Number(stdout);
}

for (const before of ['nothing', 'an entry that lost files']) {
  t.test(`killed at any call, with ${before} there: the next one finds a clean place`, async t => {
    const root = t.testdir();
    const folders = Array.from({ length: 60 }, (_, index) => join(root, String(index)));
    for (const folder of before === 'nothing' ? [] : folders) {
      mkdirSync(join(folder, 'things', 'k'), { recursive: true });
      writeFileSync(join(folder, 'things', 'k', 'a'), 'old');
    }
    const calls = await obtainKilledAtEachCall(folders);
    t.ok(calls >= 15 && calls < folders.length, `${calls} calls`);
    for (const [index, folder] of folders.slice(0, calls).entries()) {
      const cache = new ContentCache(place, folder, read);
      const found = await cache.find('k');
      t.ok(found === undefined || found === 'new', `killed at call ${index + 1}: nothing or the whole entry`);
      const path = `${cache.pathOf('k')}.lock`;
      // A lock file that was made and not yet written names no holder, and is believed for a minute.
      if ((await readableText(path)) === '') utimesSync(path, 1, 1);
      t.equal(await cache.obtain('k', lock, fill('new')), 'new', 'made by the next');
      await removeDeadDrafts(place, folder);
      await FileLock.removeStale(path);
      t.strictSame(readdirSync(join(folder, 'things')), ['k'], 'and nothing else stays');
    }
  });
}
