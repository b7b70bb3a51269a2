import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { historyCommand } from '../../../harness/cli/commands/history.ts';
import { readMatrix } from '../../../harness/cli/inputs.ts';
import { writeManifest } from '../../../harness/files/entry-manifest.ts';
import { calibrate } from '../../../harness/judgement/calibration.ts';
import type { Cell } from '../../../harness/matrix/matrix.ts';
import type { Random } from '../../../harness/random.ts';
import { renderCalibration } from '../../../harness/report/calibration.ts';
import { logCalibration } from '../../../harness/store/calibration-log.ts';
import type { RunRecord } from '../../../harness/store/run-record.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeCount, fakeRunContent, writeFakeRun } from '../../fakes/run-folder-fixture.ts';

const cache = join(t.testdir({ cache: {} }), 'cache');
process.env['MODSTORM_CACHE'] = cache;

/** Cells with the settings that a real matrix gives them, so that a matrix can be made of them again. */
const cells = [2, 8].map(vcpus => {
  const cell = fakeCell(`c${vcpus}`, 'stats', vcpus);
  Object.assign(cell.settings, {
    memory: '2GiB',
    compression: 'none',
    decompress: 'user',
    command_line: '',
    cpu: 'auto',
    numa: '1',
    workload: 'storm',
    'workload.workers': '32',
    'workload.module': 'xfs',
    'workload.mode': 'once',
    'workload.fault': 'false',
  });
  return cell;
});

function kernelOf(digest: string): RunRecord['kernels'] {
  const origin = `Debian ${digest}`;
  return [{ kernel: 'lts', config: 'stats', key: digest, release: '6.12.95', objectDigest: digest, origin }];
}

const failedOf = (mean: number, random: Random) => {
  const failed = fakeCount(mean, random);
  return { wasted_bytes: failed * 1e6, failed_becoming: failed };
};

/** Nights of which those from `change` on have a storm on eight CPUs, and a new kernel. */
function makeNights(root: string, nights: number, change: number): void {
  for (let night = 1; night <= nights; night++) {
    const day = String(night).padStart(2, '0');
    const run = fakeRun({
      run: `202611${day}T030000Z-nightly-00${day}`,
      startedAt: `2026-11-${day}T03:00:00.000Z`,
      kernels: kernelOf(night < change ? 'old' : 'new'),
    });
    if (night <= 2) run.qemu = { ...run.qemu, version: '7.2.11' };
    const measure = (cell: Cell, random: Random) =>
      failedOf(cell.vcpus === 8 && night >= change ? 900 : 80, random);
    writeFakeRun(root, fakeRunContent({ run, cells, repetitions: 8, seed: night, measure }));
  }
}

async function history(folder: string, options: Partial<Parameters<typeof historyCommand>[1]> = {}) {
  const context = fakeContext();
  const code = await historyCommand(folder, { baselines: join(folder, 'none'), ...options }, context);
  return { code, output: context.output };
}

t.test('a change of level is an event, and counts once an A/B run confirms it', async t => {
  const root = t.testdir();
  makeNights(root, 20, 12);
  const first = await history(root);
  t.equal(first.code, 0, 'unconfirmed: fails nothing');
  t.match(first.output, /UNCONFIRMED {2}worse: wasted_bytes of config=stats vcpus=8/);
  t.match(first.output, /between 20261111T030000Z-nightly-0011 \(n=8\) and 20261112T030000Z-nightly-0012/);
  t.match(first.output, /start again from 20261103T030000Z-nightly-0003 on: qemu 7\.2\.11 -> 7\.2\.22/);
  t.match(first.output, /^1 event: 0 confirmed, 1 unconfirmed/m);
  const { events } = JSON.parse((await history(root, { json: true })).output);
  const [event] = events;
  t.match(event, {
    metric: 'wasted_bytes',
    direction: 'worse',
    confirmation: 'unconfirmed',
    kernelChanged: true,
  });
  t.match(event.command, / history .* --confirm [0-9a-f]{8}$/);

  await t.rejects(history(root, { confirm: 'ffffffff' }), { code: 'HISTORY_EVENT' });
  await t.rejects(history(root, { confirm: event.id }), {
    code: 'HISTORY_KERNELS',
    message: /Debian old \(stats\), is not in the cache/,
  });
  for (const key of ['old', 'new']) {
    const folder = join(cache, 'kernel', 'artifacts', key);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'bzImage'), '');
    const artifact = {
      key,
      release: '6.12.95',
      image: 'bzImage',
      modules: 'modules',
      objectDigest: key,
      origin: '',
    };
    writeFileSync(join(folder, 'artifact.json'), JSON.stringify(artifact));
    await writeManifest(folder);
  }
  const prepared = await history(root, { confirm: event.id });
  const [file, command] = prepared.output.trim().split('\n');
  t.equal(command, `npm run -s modstorm -- run ${file} --results ${root.slice(process.cwd().length + 1)}`);
  const { matrix } = await readMatrix(file!);
  t.equal(matrix.name, `confirm-${event.id}`);
  t.match(matrix, {
    compare: { axis: 'kernel', base: 'before' },
    trials: { kind: 'looks', looks: [8, 12, 20] },
    gates: { wasted_bytes: { worse: 'higher', atLeast: 4096, relative: 0.05 } },
    kernels: { before: { kind: 'prebuilt', image: join(cache, 'kernel/artifacts/old/bzImage') } },
  });
  t.match(
    matrix.cells.map(({ settings }) => [settings['kernel'], settings['vcpus'], settings['workload.workers']]),
    [
      ['before', '8', '32'],
      ['after', '8', '32'],
    ],
  );

  const confirm = (name: string, before: number, after: number, digests: [string, string]) => {
    const run = fakeRun({
      run: name,
      kernels: (['before', 'after'] as const).map((kernel, index) => ({
        ...kernelOf(digests[index]!)[0]!,
        kernel,
      })),
    });
    run.matrix = { ...run.matrix, name: matrix.name, compare: matrix.compare!, varied: ['kernel'] };
    const measure = (cell: Cell, random: Random) =>
      failedOf(cell.settings['kernel'] === 'before' ? before : after, random);
    writeFakeRun(root, fakeRunContent({ run, cells: matrix.cells, repetitions: 12, measure }));
  };
  confirm('20261130T010000Z-confirm-0001', 80, 900, ['other', 'new']);
  t.match((await history(root)).output, /UNCONFIRMED/, 'an A/B run of other kernels confirms nothing');
  confirm('20261130T020000Z-confirm-0002', 80, 900, ['old', 'new']);
  const confirmed = await history(root);
  t.equal(confirmed.code, 1, 'a confirmed change for the worse');
  t.match(confirmed.output, /CONFIRMED {2}worse[\s\S]*by 20261130T020000Z-confirm-0002/);
  confirm('20261130T030000Z-confirm-0003', 900, 80, ['old', 'new']);
  const refuted = await history(root);
  t.match(refuted.output, /REFUTED/, 'the newest A/B run counts');
  t.equal(refuted.code, 0);
});

t.test(
  'no change gives no event; the same kernel is said; damage is told; a pin shows slow drift',
  async t => {
    const root = t.testdir();
    makeNights(root, 14, 99);
    const pin = '20261103T030000Z-nightly-0003';
    const quiet = await history(root, { pin });
    t.match(quiet.output, /^no change of level$/m);
    t.match(
      quiet.output,
      /drift of 20261114T030000Z-nightly-0014 from 20261103T030000Z-nightly-0003: none proved/,
    );
    const unlike = await history(root, { pin: '20261101T030000Z-nightly-0001' });
    t.match(unlike.output, /were measured under different conditions: qemu 7\.2\.11 -> 7\.2\.22/);
    appendFileSync(join(root, pin, 'journal.ndjson'), '{"half\n');
    const damaged = await history(root);
    t.match(damaged.output, /^skipped 20261103T030000Z-nightly-0003: .*is not JSON/m);
    await t.rejects(history(join(root, 'empty')), { code: 'HISTORY_EMPTY' });

    const host = t.testdir();
    makeNights(host, 20, 12);
    for (let night = 12; night <= 20; night++) {
      const file = join(host, `202611${night}T030000Z-nightly-00${night}`, 'run.json');
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"new"', '"old"'));
    }
    const same = await history(host);
    t.match(same.output, /the kernel is identical in both, byte for byte: look at the host/);
    const { events } = JSON.parse((await history(host, { json: true })).output);
    await t.rejects(history(host, { confirm: events[0].id }), { code: 'HISTORY_KERNELS' });
  },
);

t.test('calibration: A and B of one cell, and what no alarm is worth', async t => {
  const calibration = { pairs: 30, perSide: 5 };
  const run = fakeRun({ run: '20261121T030000Z-aa-0001', calibration });
  const content = fakeRunContent({
    run,
    cells,
    repetitions: calibration.pairs * calibration.perSide * 2,
    measure: (cell, random) => failedOf(cell.vcpus * 40, random),
  });
  const result = calibrate(content);
  t.equal(result.verdicts.of, 30);
  t.equal(result.tests.of, 30 * 2, 'the waste of two cells');
  t.equal(result.impossible.tests, 30 * 2, 'that no boot failed could never be an alarm, and proves nothing');
  const few = { ...run, calibration: { pairs: 30, perSide: 3 } };
  t.match(calibrate({ ...content, run: few }), {
    tests: { of: 0, upper: 1 },
    verdicts: { of: 0, upper: 1 },
    impossible: { verdicts: 30 },
  });
  t.ok(result.verdicts.alarms <= 4, `${result.verdicts.alarms} alarms`);
  t.ok(result.metrics['wasted_bytes']!.alarms > 0, 'uncorrected tests do reject now and then');
  t.match(
    result,
    calibrate({ ...content, records: [...content.records].reverse() }),
    'a replay gives the same',
  );

  const shifted = content.records.map(record => ({
    ...record,
    metrics: { ...record.metrics, wasted_bytes: record.repetition <= 10 ? record.repetition : 5 },
  }));
  t.ok(calibrate({ ...content, records: shifted }).verdicts.alarms <= 1, 'a drift meets both sides alike');
  const half = content.records.filter(({ repetition }) => repetition <= 25);
  t.match(calibrate({ ...content, records: half }), { verdicts: { of: 2 }, unfinished: 28 });

  // 59 comparisons without an alarm bound the rate below 5 % (the rule of three: 3 / 59).
  const none = {
    ...result,
    verdicts: { alarms: 0, of: 59, upper: 1 - 0.05 ** (1 / 59) },
    sentences: ['x: y'],
  };
  const folder = join(t.testdir(), 'results');
  const entry = {
    ...{ run: run.run, startedAt: run.startedAt, matrix: 'smoke', facts: { qemu: '7.2' }, ...calibration },
    verdicts: { alarms: 0, of: 30 },
    tests: { alarms: 3, of: 120 },
  };
  t.equal((await logCalibration(folder, entry)).length, 1);
  t.equal((await logCalibration(folder, entry)).length, 1, 'a run counts once');
  t.equal((await logCalibration(folder, { ...entry, run: 'b', facts: { qemu: '9' } })).length, 1);
  const host = await logCalibration(folder, { ...entry, run: 'c', verdicts: { alarms: 0, of: 29 } });
  t.equal(host.length, 2, 'under like conditions');
  const text = renderCalibration({ run: run.run, cells: 2, calibration: none, host });
  t.match(text, /^verdicts: 0 false alarms in 59, so the true rate is at most 5\.0 %$/m);
  t.match(
    text,
    /^this host so far, 2 calibrations: 0 false alarms in 59, so the true rate is at most 5\.0 %$/m,
  );
  t.match(text, /^FALSE ALARM: x: y$/m);
});

t.test('a second reading takes the nights from the index, and says the same', async t => {
  const root = t.testdir();
  makeNights(root, 12, 7);
  const first = await history(root);
  const journal = join(root, '20261105T030000Z-nightly-0005', 'journal.ndjson');
  t.ok(existsSync(join(root, '.index', '20261105T030000Z-nightly-0005.json')));
  t.strictSame(await history(root), first);
  appendFileSync(journal, '{"damaged":\n');
  t.match((await history(root)).output, /0005.*is not JSON/s, 'a night that changed is read again');
});
