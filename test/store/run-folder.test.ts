import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Journal } from '../../harness/store/journal.ts';
import { listRuns, RunFolder } from '../../harness/store/run-folder.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../fakes/run-fixture.ts';

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
  t.throws(() => first.trialFolder('../x'), /not a trial ID/);

  await t.rejects(RunFolder.open('latest', root), { code: 'RUN_UNBEGUN' });
  await t.rejects(RunFolder.open('latest', join(root, 'none')), {
    code: 'RUN_UNKNOWN',
    hint: /modstorm run/,
  });
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
});

/** A run on the disk whose files can be damaged. */
async function makeRun(root: string): Promise<RunFolder> {
  const folder = await RunFolder.create(root, { matrixName: 'quick', now: new Date() });
  const plan = fakePlan([fakeCell('c1', 'stats', 2), fakeCell('c2', 'stats', 8)], 2);
  await folder.writeRun(fakeRun());
  await folder.writePlan(plan);
  await using journal = await Journal.create(folder.journalFile, { run: fakeRun().run, plan });
  await journal.append(fakeRecord(plan.trials[0]!, { wasted_bytes: 5 }));
  return folder;
}

t.test('a run is loaded whole, and without what only a later version knows', async t => {
  const folder = await makeRun(t.testdir());
  const { run, plan, records } = await folder.load();
  t.strictSame(run, fakeRun());
  t.equal(plan.trials.length, 4);
  t.match(records, [{ trial: 'c1-001', metrics: { wasted_bytes: 5 } }]);
  writeFileSync(folder.runFile, JSON.stringify({ ...fakeRun(), later: true }));
  t.strictSame((await folder.load()).run, fakeRun());
});

t.test('a damaged run.json or plan.json is one error that names file and member', async t => {
  const folder = await makeRun(t.testdir());
  const [run, plan] = [folder.runFile, folder.planFile].map(path => readFileSync(path, 'utf8'));
  const cases: [file: string, text: string, message: RegExp][] = [
    [folder.runFile, '{"version":9}', /run\.json has 9/],
    [folder.runFile, '{"version":1', /run\.json is not a JSON object/],
    [folder.runFile, 'null', /run\.json is not a JSON object/],
    [folder.runFile, '{"version":1}', /run\.json: run: expected string, received undefined/],
    [folder.runFile, run!.replace('"cores": 2', '"cores": "2"'), /run\.json: host\.cores: expected number/],
    [
      folder.runFile,
      run!.replace('"kernels": [', '"kernels": [null,'),
      /run\.json: kernels\[0\]: expected object/,
    ],
    [folder.runFile, run!.replace('"gates": {}', '"gates": {"__proto__":{}}'), /matrix\.gates: .* __proto__/],
    [
      folder.runFile,
      run!.replace('"kind": "fixed"', '"kind": "many"'),
      /matrix\.trials.*: is not a number of trials/,
    ],
    [folder.runFile, run!.replace('dddd', 'eeee'), /planDigest: is eeee.*, but plan\.json has dddd/],
    [folder.planFile, '{"version":1,"cells":[],"trials":[]}', /plan\.json: matrix: expected string/],
    [
      folder.planFile,
      plan!.replaceAll('"cell": "c1"', '"cell": "gone"'),
      /trials\[0\]\.cell: there is no cell gone/,
    ],
    [folder.planFile, plan!.replace('c1-001', '../../etc'), /plan\.json: trials\[0\]\.id: is not an ID/],
    [folder.planFile, plan!.replace('c1-001', 'c2-001'), /trials\[1\]\.id: c2-001 is used twice/],
    [
      folder.planFile,
      plan!.replace('"repetition": 1', '"repetition": 1e300'),
      /trials\[0\]\.repetition: Too big/,
    ],
    [folder.planFile, plan!.replace('"vcpus": 8', '"vcpus": -8'), /plan\.json: cells\[1\]\.vcpus/],
  ];
  for (const [file, text, message] of cases) {
    const whole = readFileSync(file, 'utf8');
    // Without the checksum, as files of older versions are: else that alone would be told.
    writeFileSync(file, text.replace(/,\s*"check": "[0-9a-f]{64}"/, ''));
    await t.rejects(folder.load(), { fault: 'harness', message, hint: /./ }, String(message));
    writeFileSync(file, whole);
  }
  await t.resolves(folder.load());
  for (const [file, from, to] of [
    [folder.runFile, '"jobs": 2', '"jobs": 3'],
    [folder.planFile, '"vcpus": 8', '"vcpus": 16'],
  ] as const) {
    const whole = readFileSync(file, 'utf8');
    t.ok(whole.includes(from));
    writeFileSync(file, whole.replace(from, to));
    await t.rejects(folder.load(), { code: 'FILE_DAMAGED', message: /was changed: its checksum/ });
    writeFileSync(file, whole);
  }
});

t.test('no file is written that could not be read again', async t => {
  const folder = await makeRun(t.testdir());
  await t.rejects(folder.writeRun(fakeRun({ jobs: 0 })), /run\.json must not be written: jobs/);
  t.strictSame(await folder.readRun(), fakeRun());
});

t.test('a run that was killed before it began is told apart from none', async t => {
  const root = t.testdir();
  const folder = await RunFolder.create(root, { matrixName: 'quick', now: new Date() });
  for (const reference of [folder.name, folder.path, 'latest'])
    await t.rejects(RunFolder.open(reference, root), { code: 'RUN_UNBEGUN', hint: /rm -r/ }, reference);
});
