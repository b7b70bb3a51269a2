import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startProgram } from '../../harness/process/program.ts';
import { writeFileAtomically } from '../../harness/store/atomic.ts';
import { readHostEnvironment } from '../../harness/store/environment.ts';
import { FileLock, readLock } from '../../harness/store/lock.ts';
import { type LockHolder, processStartTime } from '../../harness/store/lock-holder.ts';
import { listRuns, RunFolder } from '../../harness/store/run-folder.ts';
import { fakeCell, fakePlan, fakeRun } from '../fakes/run-fixture.ts';

t.test('an atomic write replaces the file whole and leaves nothing beside it', async t => {
  const folder = t.testdir({ file: 'old' });
  await writeFileAtomically(join(folder, 'file'), 'new');
  t.equal(readFileSync(join(folder, 'file'), 'utf8'), 'new');
  t.strictSame(readdirSync(folder), ['file']);
  mkdirSync(join(folder, 'taken'));
  await t.rejects(writeFileAtomically(join(folder, 'taken'), 'x'), { code: 'EISDIR' });
  t.strictSame(readdirSync(folder).sort(), ['file', 'taken'], 'a failed write takes its temporary file away');
});

t.test('a lock is exclusive, names its holder, and is free after release', async t => {
  const path = join(t.testdir(), 'lock');
  const lock = await FileLock.acquire(path, { purpose: 'building', wait: false });
  await t.rejects(FileLock.acquire(path, { purpose: 'x', wait: false }), {
    code: 'LOCK_HELD',
    message: new RegExp(`process ${process.pid} on .* \\(building`),
  });
  const waited: (LockHolder | undefined)[] = [];
  const second = FileLock.acquire(path, {
    purpose: 'later',
    wait: true,
    pollMs: 5,
    onWait: holder => {
      waited.push(holder);
      void lock.release();
    },
  });
  await (await second).release();
  t.equal(waited.length, 1, 'the one who waits is told once');
  t.equal(waited[0]?.purpose, 'building');
  t.equal((await readLock(path)).kind, 'free');
});

t.test('a wait can be given up', async t => {
  const path = join(t.testdir(), 'lock');
  await using _lock = await FileLock.acquire(path, { purpose: 'x', wait: false });
  const controller = new AbortController();
  const second = FileLock.acquire(path, {
    purpose: 'y',
    wait: true,
    signal: controller.signal,
    onWait: () => controller.abort(),
  });
  await t.rejects(second, { name: 'AbortError' });
});

t.test('locks of the dead are taken over, those of the living are not', async t => {
  const folder = t.testdir();
  const sample = join(folder, 'sample');
  const lock = await FileLock.acquire(sample, { purpose: 'x', wait: false });
  const self = JSON.parse(readFileSync(sample, 'utf8')) as LockHolder;
  await lock.release();
  t.equal(self.startTime, processStartTime(process.pid));
  const stateOf = async (holder: Partial<LockHolder> | string, ageMs = 0) => {
    const text = typeof holder === 'string' ? holder : JSON.stringify({ ...self, ...holder });
    writeFileSync(sample, text);
    const time = new Date(Date.now() - ageMs);
    utimesSync(sample, time, time);
    return (await readLock(sample)).kind;
  };
  t.equal(await stateOf({}), 'held');
  t.equal(await stateOf({ pid: 4194305 }), 'stale', 'no such process');
  t.equal(await stateOf({ startTime: '1' }), 'stale', 'the pid belongs to another process now');
  t.equal(await stateOf({ bootId: 'before' }), 'stale', 'the host was rebooted');
  t.equal(
    await stateOf({ host: `not-${hostname()}`, pid: 4194305 }),
    'held',
    'another host cannot be looked into',
  );
  t.equal(await stateOf({ host: `not-${hostname()}` }, 600_000), 'stale', '… but its heartbeat stopped');
  t.equal(await stateOf({ pidNamespace: 'pid:[1]', pid: 4194305 }), 'held', 'nor can another container');
  t.equal(await stateOf('', 0), 'held', 'a file just created is not written yet');
  t.equal(await stateOf('', 60_000), 'stale');
  t.equal(await stateOf('{"pid":1}', 60_000), 'stale');

  await stateOf({ pid: 4194305 });
  const taken = await FileLock.acquire(sample, { purpose: 'heir', wait: false });
  t.equal((await readLock(sample)).kind, 'held');
  rmSync(sample);
  await t.rejects(
    taken.release(),
    { code: 'LOCK_LOST' },
    'a lock that vanished is not given back in silence',
  );
});

t.test('four processes that find one stale lock never hold it together', async t => {
  const folder = t.testdir({ counter: '0', lock: '' });
  const old = new Date(Date.now() - 60_000);
  utimesSync(join(folder, 'lock'), old, old);
  const module = new URL('../../harness/store/lock.js', import.meta.url).href;
  const code = `
    import { readFileSync, writeFileSync } from 'node:fs';
    const { FileLock } = await import(${JSON.stringify(module)});
    for (let round = 0; round < 15; round++) {
      const lock = await FileLock.acquire('lock', { purpose: 'counting', wait: true, pollMs: 1 });
      const value = Number(readFileSync('counter', 'utf8'));
      await new Promise(resolve => setImmediate(resolve));
      writeFileSync('counter', String(value + 1));
      await lock.release();
    }`;
  const runs = Array.from({ length: 4 }, () =>
    startProgram(process.execPath, ['--input-type=module', '-e', code], { folder }),
  );
  for (const run of runs) t.match(await run.done, { code: 0, stderr: '' });
  t.equal(readFileSync(join(folder, 'counter'), 'utf8'), '60');
});

t.test('run folders: named by time and matrix, never shared', async t => {
  const root = join(t.testdir(), 'results');
  const now = new Date('2026-11-21T03:30:00.400Z');
  const suffixes = ['aaaa', 'aaaa', 'bbbb'];
  const options = { matrixName: '../quick & dirty', now, suffix: () => suffixes.shift()! };
  const first = await RunFolder.create(root, options);
  const second = await RunFolder.create(root, options);
  t.equal(first.name, '20261121T033000Z-quick-dirty-aaaa');
  t.equal(second.name, '20261121T033000Z-quick-dirty-bbbb', 'a taken name is not taken again');
  await t.rejects(RunFolder.create(root, { ...options, suffix: () => 'aaaa' }), {
    code: 'RUN_FOLDER_FAILED',
  });
  await t.rejects(RunFolder.create(join(root, first.name, 'file', '\0'), options), {
    code: 'RUN_FOLDER_FAILED',
  });
  t.throws(() => first.trialFolder('../x'), /no trial id/);

  await t.rejects(RunFolder.open('latest', root), { code: 'RUN_UNKNOWN', hint: /modstorm run/ });
  await first.writeRun(fakeRun());
  const plan = fakePlan([fakeCell('c1', 'stats', 2), fakeCell('c2', 'stats', 8)], 2);
  await first.writePlan(plan);
  t.strictSame(await first.readRun(), fakeRun());
  t.strictSame(await first.readPlan(), plan);
  t.equal(
    (JSON.parse(readFileSync(first.planFile, 'utf8')) as { cells: unknown[] }).cells.length,
    2,
    'each cell once',
  );

  for (const reference of ['latest', first.name, first.path, first.runFile]) {
    t.equal((await RunFolder.open(reference, root)).path, first.path, reference);
  }
  await t.rejects(RunFolder.open('nope', root), { code: 'RUN_UNKNOWN', hint: new RegExp(first.name) });
  const later = await RunFolder.create(root, { matrixName: 'a', now: new Date('2026-11-21T03:30:01Z') });
  t.equal((await RunFolder.open('latest', root)).path, first.path, 'a folder without run.json is no run');
  await later.writeRun(fakeRun());
  t.strictSame(
    (await listRuns(root)).map(run => run.name),
    [later.name, first.name],
  );

  writeFileSync(first.runFile, '{"version":9}');
  await t.rejects(first.readRun(), { code: 'FILE_VERSION', message: /run\.json has 9/ });
  writeFileSync(first.runFile, '{"version":1');
  await t.rejects(first.readRun(), { code: 'FILE_DAMAGED' });
  writeFileSync(first.planFile, '{"version":1,"cells":[],"trials":[{"id":"t","cell":"gone"}]}');
  await t.rejects(first.readPlan(), { code: 'FILE_DAMAGED', message: /"gone"/ });
});

t.test('the host: what it does not tell is left out', async t => {
  const files: Record<string, string> = {
    '/proc/cpuinfo':
      'processor\t: 0\nmodel name\t: AMD  EPYC 9R14\nflags\t\t: fpu hypervisor\n\nprocessor\t: 1\nmodel name\t: other\n',
    '/proc/meminfo': 'MemTotal:        8039968 kB\nMemFree: 1 kB\n',
    '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    '/proc/loadavg': '0.52 0.58 0.59 1/234 5678\n',
  };
  const source = {
    read: (path: string) => files[path],
    cores: 2,
    kernel: '6.1',
    architecture: 'x64',
    node: 'v20',
  };
  t.strictSame(readHostEnvironment(source), {
    cpuModel: 'AMD EPYC 9R14',
    cores: 2,
    memoryBytes: 8039968 * 1024,
    kernel: '6.1',
    architecture: 'x64',
    distribution: 'Debian GNU/Linux 12 (bookworm)',
    virtual: true,
    loadAverage: 0.52,
    node: 'v20',
  });
  const arm = {
    ...source,
    read: (path: string) =>
      path === '/proc/cpuinfo' ? 'CPU implementer : 0x41\nCPU part : 0xd0c\n' : undefined,
  };
  t.match(readHostEnvironment(arm), {
    cpuModel: 'arm implementer 0x41 part 0xd0c variant ?',
    memoryBytes: 0,
  });
  t.match(
    readHostEnvironment(),
    { cpuModel: /./, cores: Number, node: process.version },
    'and this one can be read',
  );
});
