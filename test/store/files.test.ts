import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writeFileAtomically } from '../../harness/files/atomic.ts';
import { readHostEnvironment } from '../../harness/store/environment.ts';
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
