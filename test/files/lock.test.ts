import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { InfrastructureError } from '../../harness/errors.ts';
import { FileLock, readLock, withFileLock } from '../../harness/files/lock.ts';
import { describeHolder, describeSelf, type LockHolder } from '../../harness/files/lock-holder.ts';
import { processStartTime } from '../../harness/process/process-stat.ts';
import { startProgram } from '../../harness/process/program.ts';

const deadPid = 4194305;
const lockModule = new URL('../../harness/files/lock.js', import.meta.url).href;

t.test('a lock makes its folder, is exclusive, names its holder, and leaves nothing', async t => {
  const folder = t.testdir();
  const path = join(folder, 'deep', 'lock');
  const lock = await FileLock.acquire(path, { purpose: 'building' });
  await t.rejects(FileLock.acquire(path, { purpose: 'x', wait: false }), {
    code: 'LOCK_HELD',
    message: new RegExp(`held by process ${process.pid} \\(.*\\), which is building since \\d{4}-`),
  });
  const notices: string[] = [];
  const second = FileLock.acquire(path, {
    purpose: 'later',
    pollMs: 5,
    onWait: notice => {
      notices.push(notice);
      void lock.release();
    },
  });
  await (await second).release();
  t.match(notices, [/^waiting for process \d+ \(lock\.test\.js\), which is building since .* UTC$/]);
  t.equal(notices.length, 1, 'the one who waits is told once');
  t.equal((await readLock(path)).kind, 'free');
  t.strictSame(readdirSync(join(folder, 'deep')), []);
});

t.test('a long wait is told again, and each new holder at once', async t => {
  const path = join(t.testdir(), 'lock');
  await using _lock = await FileLock.acquire(path, { purpose: 'first' });
  const self = JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  const notices: string[] = [];
  const controller = new AbortController();
  const wait = FileLock.acquire(path, {
    purpose: 'y',
    pollMs: 1,
    noticeMs: 10,
    signal: controller.signal,
    onWait: notice => {
      notices.push(notice);
      if (notices.length === 2)
        writeFileSync(path, JSON.stringify({ ...self, purpose: 'second', nonce: 'n' }));
      if (notices.length === 3) {
        writeFileSync(path, JSON.stringify(self));
        controller.abort();
      }
    },
  });
  await t.rejects(wait, { code: 'INTERRUPTED' });
  t.match(notices, [/is first/, /is first/, /is second/]);
});

t.test('a wait that is interrupted is no defect', async t => {
  const path = join(t.testdir(), 'lock');
  await using _lock = await FileLock.acquire(path, { purpose: 'x' });
  const controller = new AbortController();
  const second = FileLock.acquire(path, {
    purpose: 'y',
    signal: controller.signal,
    onWait: () => setImmediate(() => controller.abort(new Error('received SIGINT'))),
  });
  const error = await second.catch(caught => caught);
  t.ok(error instanceof InfrastructureError);
  t.match(error, { code: 'INTERRUPTED' });
  const { signal } = controller;
  await t.rejects(FileLock.acquire(`${path}2`, { purpose: 'z', signal }), { code: 'INTERRUPTED' });
  t.notOk(existsSync(`${path}2`), 'what is interrupted takes nothing');
});

t.test('work under a lock: released after it, whatever comes of it', async t => {
  const path = join(t.testdir(), 'lock');
  t.equal(await withFileLock(path, { purpose: 'x' }, async () => (await readLock(path)).kind), 'held');
  t.equal((await readLock(path)).kind, 'free');
  await t.rejects(
    withFileLock(path, { purpose: 'x' }, () => Promise.reject(new Error('of the work'))),
    { message: 'of the work' },
  );
  t.equal((await readLock(path)).kind, 'free');
  await t.rejects(
    withFileLock(path, { purpose: 'x' }, async () => rmSync(path)),
    { code: 'LOCK_LOST' },
  );
  await t.rejects(
    withFileLock(path, { purpose: 'x' }, async () => {
      rmSync(path);
      throw new Error('of the work');
    }),
    { message: 'of the work' },
    'the failure of the work is not hidden by the lost lock',
  );
});

t.test('locks of the dead are taken over, those of the living are not', async t => {
  const folder = t.testdir();
  const sample = join(folder, 'sample');
  const self = describeSelf('x');
  t.equal(self.startTime, processStartTime(process.pid));
  const stateOf = async (holder: Partial<LockHolder> | string, ageMs = 0) => {
    const text = typeof holder === 'string' ? holder : JSON.stringify({ ...self, ...holder });
    writeFileSync(sample, text);
    const time = new Date(Date.now() - ageMs);
    utimesSync(sample, time, time);
    return (await readLock(sample)).kind;
  };
  t.equal(await stateOf({}), 'held');
  t.equal(await stateOf({ pid: deadPid }), 'stale', 'no such process');
  t.equal(await stateOf({ startTime: '1' }), 'stale', 'the pid belongs to another process now');
  t.equal(await stateOf({ bootId: 'before' }), 'stale', 'the host was rebooted');
  t.equal(
    await stateOf({ host: `not-${hostname()}`, pid: deadPid }),
    'held',
    'another host cannot be looked into',
  );
  t.equal(await stateOf({ host: `not-${hostname()}` }, 600_000), 'stale', '… but its heartbeat stopped');
  t.equal(await stateOf({ pidNamespace: 'pid:[1]', pid: deadPid }), 'held', 'nor can another container');
  t.equal(await stateOf('', 0), 'held', 'a file just created is not written yet');
  t.equal(await stateOf('', 2_000), 'stale', 'its writer died');
  t.equal(await stateOf('{"pid":1,"nonce', 2_000), 'stale', 'in the middle of it');
  t.equal(
    await stateOf('{"pid":1,"nonce":"x"}\n', 30_000),
    'held',
    'that of another version has its heartbeat',
  );
  t.equal(await stateOf('{"pid":1,"nonce":"x"}\n', 90_000), 'stale');

  await stateOf({ pid: deadPid });
  const taken = await FileLock.acquire(sample, { purpose: 'heir', wait: false });
  t.equal((await readLock(sample)).kind, 'held');
  t.notOk(await FileLock.removeStale(sample), 'a living lock is not removed');
  rmSync(sample);
  await t.rejects(
    taken.release(),
    { code: 'LOCK_LOST' },
    'a lock that vanished is not given back in silence',
  );
  await stateOf({ pid: deadPid });
  t.ok(await FileLock.removeStale(sample));
  t.notOk(await FileLock.removeStale(sample));
  t.strictSame(readdirSync(folder), []);
});

t.test('what a lock file says is escaped', async t => {
  const holder = { ...describeSelf('x'), purpose: 'a\u001b[2Jb', host: 'else\nwhere', command: '' };
  const text = describeHolder(holder);
  t.match(text, /^process \d+ on else\\nwhere, which is a\\x1b\[2Jb since /);
  t.match(describeHolder(undefined), /^another process/);
});

t.test('a takeover that a dead process left is taken over itself, but not without end', async t => {
  const path = join(t.testdir(), 'lock');
  const dead = JSON.stringify({ ...describeSelf('x'), pid: deadPid });
  for (const name of [path, `${path}.takeover`]) writeFileSync(name, dead);
  await (await FileLock.acquire(path, { purpose: 'heir' })).release();
  t.notOk(existsSync(`${path}.takeover`));
  for (let depth = 0, name = path; depth <= 3; depth++, name += '.takeover') writeFileSync(name, dead);
  await t.rejects(FileLock.acquire(path, { purpose: 'heir' }), { code: 'LOCK_BROKEN', hint: /rm .*lock\*/ });
});

t.test('a lock that cannot be written says so', async t => {
  const folder = t.testdir({ file: '' });
  const acquired = FileLock.acquire(join(folder, 'file', 'lock'), { purpose: 'x' });
  await t.rejects(acquired, { code: 'LOCK_UNWRITABLE', hint: /MODSTORM_CACHE/ });
  mkdirSync(join(folder, 'lock'));
  await t.rejects(FileLock.acquire(join(folder, 'lock'), { purpose: 'x' }), { code: 'FILE_IRREGULAR' });
});

/** Starts programs that wait until `go` is there and then run the code, with FileLock in scope. */
function startRacers(folder: string, count: number, code: string) {
  const program = `
    import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
    const { FileLock } = await import(${JSON.stringify(lockModule)});
    appendFileSync('ready', 'x');
    while (!existsSync('go')) await new Promise(resolve => setTimeout(resolve, 1));
    ${code}`;
  const racers = Array.from({ length: count }, () =>
    startProgram(process.execPath, ['--input-type=module', '-e', program], { folder }),
  );
  return async () => {
    const ready = join(folder, 'ready');
    while (!existsSync(ready) || readFileSync(ready).length < count)
      await new Promise(resolve => setTimeout(resolve, 5));
    writeFileSync(join(folder, 'go'), '');
    return Promise.all(racers.map(racer => racer.done));
  };
}

t.test('of six processes that find one stale lock exactly one breaks it', async t => {
  const folder = t.testdir({ breakers: '' });
  const race = startRacers(
    folder,
    6,
    `for (let round = 0; round < 20; round++) {
       appendFileSync('arrived' + round, 'x');
       while (readFileSync('arrived' + round).length < 6) await new Promise(resolve => setTimeout(resolve, 1));
       if (await FileLock.removeStale('stale' + round)) appendFileSync('breakers', round + '\\n');
     }`,
  );
  const dead = JSON.stringify({ ...describeSelf('x'), pid: deadPid });
  for (let round = 0; round < 20; round++) writeFileSync(join(folder, `stale${round}`), dead);
  for (const { code, stderr } of await race()) t.match({ code, stderr }, { code: 0, stderr: '' });
  const rounds = readFileSync(join(folder, 'breakers'), 'utf8').trim().split('\n').map(Number);
  t.strictSame(
    rounds.sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, round) => round),
  );
});

t.test('four processes that find one stale lock never hold it together', async t => {
  const folder = t.testdir({ counter: '0' });
  writeFileSync(join(folder, 'lock'), JSON.stringify({ ...describeSelf('x'), pid: deadPid }));
  const race = startRacers(
    folder,
    4,
    `for (let round = 0; round < 15; round++) {
       const lock = await FileLock.acquire('lock', { purpose: 'counting', pollMs: 1 });
       const value = Number(readFileSync('counter', 'utf8'));
       await new Promise(resolve => setImmediate(resolve));
       writeFileSync('counter', String(value + 1));
       await lock.release();
     }`,
  );
  for (const { code, stderr } of await race()) t.match({ code, stderr }, { code: 0, stderr: '' });
  t.equal(readFileSync(join(folder, 'counter'), 'utf8'), '60');
});
