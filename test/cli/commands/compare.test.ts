import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import {
  listBaselines,
  removeBaseline,
  saveBaseline,
  showBaseline,
} from '../../../harness/cli/commands/baseline.ts';
import { type CompareCommandOptions, compareCommand } from '../../../harness/cli/commands/compare.ts';
import { reportCommand } from '../../../harness/cli/commands/report.ts';
import { readMatrix } from '../../../harness/cli/inputs.ts';
import type { Cell } from '../../../harness/matrix/matrix.ts';
import { projectPath } from '../../../harness/project.ts';
import { makeRandom, type Random } from '../../../harness/random.ts';
import { exporter as json } from '../../../harness/report/formats/json.ts';
import { exporter as terminal } from '../../../harness/report/formats/terminal.ts';
import { exitCodeOfRun } from '../../../harness/report/run-exit-code.ts';
import { reportRun } from '../../../harness/report/run-report.ts';
import { makeBaseline } from '../../../harness/store/baseline.ts';
import { BaselineStore } from '../../../harness/store/baseline-store.ts';
import { RunFolder } from '../../../harness/store/run-folder.ts';
import type { RunRecord } from '../../../harness/store/run-record.ts';
import { fakeContext } from '../../fakes/command-context.ts';
import { fakeCell, fakeRun } from '../../fakes/run-fixture.ts';
import { fakeCount, fakeRunContent, fakeWaste, writeFakeRun } from '../../fakes/run-folder-fixture.ts';

const root = t.testdir({ results: {}, baselines: {} });
const places = { results: join(root, 'results'), baselines: join(root, 'baselines') };
const cells = [2, 8].flatMap(vcpus =>
  ['stats', 'stats+dups'].map(config => fakeCell(`c${vcpus}-${config.length}`, config, vcpus)),
);

interface Night {
  name: string;
  /** Failed loads of eight CPUs with stats+dups, and of all others. */
  storm?: number;
  usual?: number;
  seed?: number;
  boots?: number;
  cells?: readonly Cell[];
  change?: (run: RunRecord) => void;
}

function makeNight(night: Night): string {
  const run = fakeRun({ run: `20261121T030000Z-${night.name}` });
  night.change?.(run);
  const measure = (cell: Cell, random: Random) => {
    const storm = cell.vcpus === 8 && cell.config.includes('dups');
    const failed = fakeCount((storm ? night.storm : undefined) ?? night.usual ?? 80, random);
    return {
      ...fakeWaste(failed),
      mods_loaded: 39,
      boot_ns: Math.round(1.5e9 + random.uniform() * 1e8),
      ...(cell.config.includes('dups') && { dup_warnings: Math.round(random.uniform() * 2) }),
    };
  };
  const content = fakeRunContent({
    run,
    cells: night.cells ?? cells,
    repetitions: night.boots ?? 12,
    seed: night.seed ?? 1,
    measure,
  });
  writeFakeRun(places.results, content);
  return run.run;
}

const ab = (run: RunRecord) => {
  run.matrix.compare = { axis: 'config', base: 'stats' };
};
const quiet = makeNight({ name: 'quiet-0001', seed: 2 });
const storm = makeNight({ name: 'storm-0002', seed: 3, storm: 2000, change: ab });

/** Takes the host to be still unless told otherwise: most of these tests are about something else. */
async function compare(sides: string[], options: Partial<CompareCommandOptions> = {}) {
  const context = fakeContext();
  const code = await compareCommand(sides, { assumeStillHost: true, ...places, ...options }, context);
  return { code, output: context.output, errors: context.errors };
}

t.test('two runs: 1 exactly when a gated metric is REGRESSED', async t => {
  const worse = await compare([quiet, storm]);
  t.equal(worse.code, 1);
  t.match(worse.output, /^ {2}REGRESSED: wasted_bytes got worse: /m);
  t.match(worse.output, /^verdict: REGRESSED: gated metrics: 1 REGRESSED/m);
  const better = await compare([storm, quiet]);
  t.equal(better.code, 0);
  t.match(better.output, /^ {2}IMPROVED: wasted_bytes got better: /m);
  const same = await compare([quiet, quiet]);
  t.equal(same.code, 0);
  t.match(same.output, /^verdict: (INCONCLUSIVE|UNCHANGED)/m);
  t.notMatch(same.output, /REGRESSED:/);
});

t.test('two runs are two sessions: no verdict before it is known how much two sessions differ', async t => {
  const results = join(t.testdir(), 'results');
  const night = (name: string, seed: number, kernel: string, storm?: number) => {
    const run = makeNight({
      name,
      seed,
      ...(storm !== undefined && { storm }),
      change: one => {
        one.kernels = ['stats', 'stats+dups'].map(config => ({
          ...one.kernels[0]!,
          config,
          objectDigest: `${kernel} ${config}`,
        }));
      },
    });
    mkdirSync(results, { recursive: true });
    renameSync(join(places.results, run), join(results, run));
    return run;
  };
  const options = { results, assumeStillHost: false };
  const [base, next] = [night('night-0001', 21, 'old'), night('night-0002', 22, 'new', 2000)];
  const unknown = await compare([base, next], options);
  t.equal(unknown.code, 0);
  t.match(
    unknown.output,
    /DIFFERS: .* two sessions, spread unknown: measure A\/B in one run, or collect 2 more nights/,
  );
  t.match(unknown.output, /^verdict: (INCONCLUSIVE|NOT_ENOUGH)/m);
  const still = await compare([base, next], { results, assumeStillHost: true });
  t.equal(still.code, 1);

  for (const seed of [23, 24, 25]) night(`night-00${seed}`, seed, 'old');
  const known = await compare([base, next], options);
  t.equal(known.code, 1);
  t.match(known.output, /^ {2}REGRESSED: wasted_bytes got worse: /m);
  mkdirSync(join(results, '20261121T030000Z-damaged-0009'));
  writeFileSync(join(results, '20261121T030000Z-damaged-0009', 'run.json'), '{');
  t.equal((await compare([base, next], options)).code, 1, 'a damaged night is no session');

  const store = new BaselineStore(places.baselines);
  const alone = join(results, 'alone');
  mkdirSync(alone);
  const nights = ['night-0023', 'night-0024', 'night-0025', 'night-0001'];
  for (const name of nights) {
    const folder = await RunFolder.open(`20261121T030000Z-${name}`, results);
    await store.save(makeBaseline(name, await folder.load()));
  }
  renameSync(join(results, next), join(alone, next));
  const byBaselines = await compare(['night-0001', next], { ...options, results: alone });
  t.equal(byBaselines.code, 1, 'baselines of other nights of the kernel are sessions too');
  for (const name of nights) await store.remove(name);
});

t.test('inside one run: its own axis, or one given', async t => {
  const own = await compare([storm]);
  t.equal(own.code, 1);
  t.match(own.output, /^20261121T030000Z-storm-0002: config compared with stats$/m);
  const given = await compare([storm], { axis: 'vcpus', base: '2' });
  t.equal(given.code, 1);
  t.match(given.output, /^config=stats\+dups vcpus=8$/m);
  await t.rejects(compare([quiet]), { code: 'COMPARE_ONE', hint: /--axis config --base stats/ });
  await t.rejects(compare([quiet], { axis: 'numa', base: '2' }), { code: 'COMPARE_AXIS' });
  await t.rejects(compare([quiet, storm], { base: 'stats' }), { code: 'COMPARE_BASE' });
  await t.rejects(compare([quiet, storm, quiet]), { code: 'COMPARE_SIDES' });
});

t.test('--json: each metric with n, test, p, effect, verdict, sentence', async t => {
  const { output } = await compare([quiet, storm], { json: true });
  const document = JSON.parse(output);
  t.match(document, { version: 1, verdict: 'REGRESSED', regressed: true, declared: { gated: 12 } });
  t.equal(document.pairs.length, 4);
  const pair = document.pairs.find((one: { name: string }) => one.name === 'config=stats+dups vcpus=8');
  t.match(pair.metrics.wasted_bytes, {
    base: { n: 12, missing: 0 },
    new: { n: 12 },
    test: { name: 'exact rank-sum', statistic: { name: 'U' } },
    effect: { kind: 'mean difference', interval: { confidence: 0.95 } },
    verdict: 'REGRESSED',
    sentence: /got worse/,
  });
  t.ok(pair.metrics.wasted_bytes.p < pair.metrics.wasted_bytes.adjusted);
  t.equal(pair.metrics.failed_becoming.headline, false);
  t.equal(pair.metrics.boot_ns.gated, false, 'times of emulated guests fail no run');
});

t.test('--why: the whole reasoning, by the name of a pair or a part of it', async t => {
  const { output } = await compare([quiet, storm], { why: ['wasted_bytes', 'config=stats+dups', 'vcpus=8'] });
  t.match(output, /^REGRESSED: wasted_bytes got worse/);
  t.match(output, /Holm over 12 declared hypotheses/);
  await t.rejects(compare([quiet, storm], { why: ['wasted_bytes'] }), { code: 'WHY_CELL' });
  await t.rejects(compare([quiet, storm], { why: ['wasted_byte', 'config=stats vcpus=2'] }), {
    code: 'WHY_METRIC',
    hint: /Did you mean "wasted_bytes"/,
  });
});

t.test('unlike sides are refused with what differs, and forced ones say so', async t => {
  const other = makeNight({
    name: 'other-0003',
    change: run => {
      run.qemu.version = '9.0.1';
      run.accelerator = { ...run.accelerator, accelerator: 'kvm' };
    },
  });
  await t.rejects(compare([quiet, other]), {
    code: 'COMPARE_UNLIKE',
    fault: 'user',
    message: /accelerator tcg -> kvm; qemu 7\.2\.22 -> 9\.0\.1/,
  });
  const { output } = await compare([quiet, other], { force: true });
  t.match(output, /^FORCED despite: qemu 7\.2\.22 -> 9\.0\.1$/m);
  t.match(output, /\(FORCED: the conditions differ\)/);
});

t.test('a cell without a counterpart is listed, never dropped', async t => {
  const wider = makeNight({ name: 'wider-0004', cells: [...cells, fakeCell('c64', 'stats', 64)] });
  const { output } = await compare([quiet, wider]);
  t.match(output, /^1 cell without a counterpart, not compared:$/m);
  t.match(
    output,
    /new: config=stats vcpus=64: the nearest cell of the base differs in vcpus: \d there, 64 here/,
  );
  const apart = makeNight({ name: 'apart-0005', cells: [fakeCell('c65', 'stats', 65)] });
  await t.rejects(compare([quiet, apart]), { code: 'COMPARE_NOTHING', hint: /vcpus/ });
});

t.test('boots that crash make a side worse, not merely unmeasured', async t => {
  const name = '20261121T030000Z-crash-0006';
  const run = fakeRun({ run: name });
  const content = fakeRunContent({ run, cells, repetitions: 12, measure: () => ({ wasted_bytes: 5 }) });
  const crashed = content.records.map(record =>
    record.cell === 'c8-10'
      ? {
          ...record,
          metrics: {},
          outcome: { kind: 'crashed' as const, title: 'BUG', class: 'oops' as const },
        }
      : record,
  );
  writeFakeRun(places.results, { ...content, records: crashed });
  const { code, output } = await compare([quiet, name]);
  t.equal(code, 1);
  t.match(output, /failed boots +0 of 12 +12 of 12 +\+100pp \*/);
});

t.test('raw stats texts: shown, and never decided', async t => {
  const [before, after] = ['255-vcpu-before', '8-vcpu-after'].map(name =>
    projectPath('test', 'golden', `commit-df3e764d8e5c-${name}.stats.txt`),
  );
  const { code, output } = await compare([before!, after!]);
  t.equal(code, 0);
  t.match(output, /wasted GiB +13\.6 +0\.2 +-98\.4% \?/);
  t.match(output, /one boot per side decides nothing/);
  await t.rejects(compare(['nowhere', quiet]), { code: 'COMPARE_UNKNOWN', hint: /latest/ });
});

t.test('raw stats texts are read as inspect reads them, and what is doubtful is said', async t => {
  const folder = t.testdir({ 'two.txt': 'Mods ever loaded 1\n\nMods ever loaded 2\n' });
  const whole = projectPath('test', 'golden', '6.12', 'stats.txt');
  const packed = join(folder, 'stats.txt.gz');
  writeFileSync(packed, gzipSync(readFileSync(whole)));
  const same = await compare([whole, packed]);
  t.match(same.output, /failed becoming +670 +670 /);
  t.equal(same.errors, '');
  const two = join(folder, 'two.txt');
  const { errors } = await compare([whole, two]);
  t.match(errors, /two\.txt: the text holds 2 stats.* \[MULTIPLE_STATS\]\n$/);
  const wide = join(folder, 'utf16.txt');
  writeFileSync(wide, Buffer.from(`\ufeff${readFileSync(whole, 'utf8')}`, 'utf16le'));
  t.match((await compare([whole, wide])).output, /failed becoming +670 +670 /);
  writeFileSync(two, readFileSync(whole).subarray(0, 200));
  t.match((await compare([whole, two])).errors, /\[STATS_CUT\]/);
});

t.test('--values: numbers from anywhere', async t => {
  const file = (name: string, values: number[]) => {
    writeFileSync(join(root, name), `# made up\n${values.join('\n')}\n`);
    return join(root, name);
  };
  const low = file('low.txt', [10, 11, 12, 13, 14, 15, 16, 17]);
  const high = file('high.txt', [20, 21, 22, 23, 24, 25, 26, 27]);
  t.equal((await compare([low, high], { values: true, class: 'count' })).code, 1);
  t.equal((await compare([low, high], { values: true, class: 'count', worse: 'lower' })).code, 0);
  t.equal((await compare([low, high], { values: true, class: 'time', atLeast: 50 })).code, 0);
  const json = JSON.parse((await compare([low, high], { values: true, class: 'count', json: true })).output);
  // scipy.stats.mannwhitneyu of two separated samples of eight: 2 / C(16, 8)
  t.ok(Math.abs(json.p - 2 / 12870) < 1e-15, String(json.p));
  await t.rejects(compare([low, high], { values: true }), { code: 'VALUES_CLASS' });
  await t.rejects(compare([low, join(root, 'gone')], { values: true, class: 'count' }), {
    code: 'VALUES_UNREADABLE',
  });
  await t.rejects(compare([quiet, storm], { atLeast: 3 }), { code: 'COMPARE_VALUES_ONLY', hint: /gates:/ });
});

t.test('gates of the matrix replace those of the registry, and lead their family', async t => {
  const gated = makeNight({
    name: 'gated-0007',
    storm: 2000,
    seed: 3,
    change: run => {
      run.matrix.gates = { failed_becoming: { worse: 'higher', atLeast: 1e6 }, boot_ns: { atLeast: 1 } };
    },
  });
  const { code, output } = await compare([quiet, gated], { json: true });
  t.equal(code, 0, 'a change below the gate is no regression');
  const { metrics } = JSON.parse(output).pairs[3];
  t.match(metrics.failed_becoming, { headline: true, gated: true, gate: { atLeast: 1e6, relative: 0 } });
  t.match(metrics.wasted_bytes, { headline: false, gated: false });
  t.match(metrics.boot_ns, { gated: true }, 'a time that the matrix gates by name is gated, emulated or not');
  const matrix = join(root, 'bad.yaml');
  writeFileSync(
    matrix,
    'kernels:\n  lts: { debian: linux-source-6.12 }\ngates:\n  failed_becomming: { at least: 1 }\n',
  );
  await t.rejects(readMatrix(matrix), { message: /failed_becomming[\s\S]*Did you mean "failed_becoming"/ });
});

const report = async (reference: string, json = false) => {
  const context = fakeContext();
  const code = await reportCommand(reference, { format: 'terminal', results: places.results, json }, context);
  return { code, output: context.output };
};

/** Whether a report opens with the answer of a comparison, and has the very text of the rest of it further down. */
function holdsComparison(report: string, comparison: string): boolean {
  const end = comparison.indexOf('\n\n');
  return report.startsWith(comparison.slice(0, end + 2)) && report.includes(`${comparison.slice(end)}\n`);
}

t.test('the verdict at the end of a run, and whenever it is asked for again', async t => {
  const folder = await RunFolder.open(storm, places.results);
  const content = { run: await folder.readRun(), plan: await folder.readPlan() };
  const { records } = fakeRunContent({
    run: content.run,
    cells,
    repetitions: 12,
    measure: (cell: Cell) => ({ wasted_bytes: cell.config === 'stats' ? 1e9 : 9e9 }),
  });
  const reported = reportRun({ ...content, records }, 'path');
  t.match(
    terminal.run(reported),
    /\n\n.*config compared with stats\n[\s\S]*\nverdict: REGRESSED: .*\n\n48 trials in .*\npath\n$/,
  );
  t.match(JSON.parse(json.run(reported)), {
    version: 1,
    comparison: { regressed: true, verdict: 'REGRESSED' },
  });
  t.equal(exitCodeOfRun(records, { interrupted: undefined, verdict: reported.verdict }), 1);
  const files = [...terminal.files!(reported), ...json.files!(reported)];
  const names = ['report.txt', 'comparison.txt', 'report.json', 'comparison.json'];
  t.strictSame(
    files.map(({ name }) => name),
    names,
  );
  t.ok(holdsComparison(files[0]!.text, files[1]!.text), 'the report holds the comparison');
  const unlike = records.map((record, index) => ({
    ...record,
    capabilities: { ...record.capabilities!, cpusOnline: index },
  }));
  const { verdict } = reportRun({ ...content, records: unlike }, 'path');
  t.match(verdict, { kind: 'unknown', error: { code: 'COMPARE_UNLIKE' } });
  t.equal(exitCodeOfRun(unlike, { interrupted: undefined, verdict }), 3);
  t.equal(exitCodeOfRun(unlike, { interrupted: 130, verdict }), 130);
  const plain = { ...content.run, matrix: { ...content.run.matrix } };
  delete plain.matrix.compare;
  t.notMatch(terminal.run(reportRun({ ...content, run: plain, records }, 'path')), /verdict/);

  const again = await report(storm);
  const compared = await compare([storm]);
  t.equal(again.code, 0, 'to print a report is no failure, whatever it says');
  t.ok(holdsComparison(again.output, compared.output), 'the very text of the comparison');
  t.match(JSON.parse((await report(storm, true)).output), { comparison: { verdict: 'REGRESSED' } });
  t.notMatch((await report(quiet)).output, /verdict/, 'none where the matrix declares no comparison');
});

t.test('a filter that leaves one side of the comparison: one line, and no error', async t => {
  const name = makeNight({ name: 'onesided-0009', cells: [cells[0]!, cells[2]!], change: ab });
  const { code, output } = await report(name);
  t.equal(code, 0);
  t.match(
    output,
    /\nverdict: none: the matrix compares config with stats, but of the cells that were selected \(config: stats\) no two differ in it alone\n\n24 trials in /,
  );
  t.match(JSON.parse((await report(name, true)).output).comparison, { nothing: /^verdict: none/ });
  await t.rejects(compare([name]), { code: 'COMPARE_AXIS' }, 'asked for by name it is an error');
});

t.test(
  'boots that a look made unnecessary are spared, those that an interrupted run owes are not',
  async t => {
    const looks = (run: RunRecord) => {
      ab(run);
      run.matrix.trials = { kind: 'looks', looks: [8, 12, 20] };
      // By its own gate of 5 % no look of so few boots settles failed_boots.
      run.matrix.gates = { failed_boots: { atLeast: 0.5 } };
    };
    const run = fakeRun({ run: '20261121T030000Z-looks-0010' });
    looks(run);
    const content = fakeRunContent({
      run,
      cells,
      repetitions: 20,
      measure: (cell, random) => {
        const failed = fakeCount(80, random) + (cell.vcpus === 8 && cell.config.includes('dups') ? 90000 : 0);
        return fakeWaste(failed);
      },
    });
    const decided = (cell: Cell) => cell.vcpus === 8;
    const upTo = (most: (cell: Cell) => number) =>
      content.plan.trials
        .map((trial, index) => ({ trial, record: content.records[index]! }))
        .filter(({ trial }) => trial.repetition <= most(trial.cell))
        .map(({ record }) => record);
    const whole = reportRun({ ...content, records: upTo(cell => (decided(cell) ? 8 : 20)) }, 'p');
    const text = terminal.run(whole);
    t.match(text, /config=stats vcpus=8 +8 .* 8 passed, 12 spared\n/);
    t.match(text, /^spared: the looks had decided 2 cells after 8 boots$/m);
    t.match(text, /: 56 passed, 24 spared\n/);
    t.notMatch(text, /not run/);
    t.match(JSON.parse(json.run(whole)), { notRun: 0, spared: 24 });
    const broken = terminal.run(
      reportRun({ ...content, records: upTo(cell => (decided(cell) ? 8 : 10)) }, 'p'),
    );
    t.match(broken, /config=stats vcpus=2 +10 .* 10 passed, 10 not run\n/);
    t.match(broken, /: 36 passed, 24 spared, 20 not run\n/);
  },
);

t.test('baselines: saved on purpose, compared like runs, replaced only by their like', async t => {
  const context = fakeContext();
  const options = places;
  t.equal(await saveBaseline('before', quiet, options, context), 0);
  t.match(context.output, /before\.json: 4 cells, 48 boots[\s\S]*git add/);
  t.equal((await compare(['before', storm])).code, 1);
  t.equal((await compare([join(places.baselines, 'before.json'), storm])).code, 1, 'also by path');
  const random = makeRandom(5);
  const kvm = makeNight({
    name: `kvm-${random.integer(10)}008`,
    change: run => {
      run.accelerator = { ...run.accelerator, accelerator: 'kvm' };
    },
  });
  await t.rejects(saveBaseline('before', storm, options, context), { code: 'BASELINE_EXISTS' });
  await t.rejects(saveBaseline('before', kvm, { ...options, replace: true }, context), {
    code: 'BASELINE_UNLIKE',
    message: /accelerator tcg -> kvm/,
  });
  t.equal(await saveBaseline('before', kvm, { ...options, replace: true, force: true }, context), 0);
  const list = fakeContext();
  await listBaselines(options, list);
  t.match(list.output, /before +quick +20261121T030000Z-kvm/);
  await showBaseline('before', options, list);
  t.match(list.output, /accelerator=kvm[\s\S]*wasted_bytes: \d/);
  t.equal(await removeBaseline('before', options, context), 0);
  const empty = fakeContext();
  await listBaselines(options, empty);
  t.match(empty.output, /^no baselines/);
  await t.rejects(removeBaseline('before', options, context), { code: 'BASELINE_UNKNOWN' });
});

t.test('--values: hostile files and extreme numbers', async t => {
  const file = (name: string, text: string) => {
    writeFileSync(join(root, name), text);
    return join(root, name);
  };
  const values = (base: string, next: string, options: Partial<CompareCommandOptions> = {}) =>
    compare([file('base.txt', base), file('next.txt', next)], { values: true, class: 'count', ...options });
  await t.rejects(values('', '1\n'), { code: 'VALUES_EMPTY' });
  await t.rejects(values('1\nNaN\n', '1\n'), { code: 'VALUE_INVALID', message: /base\.txt:2: "NaN"/ });
  await t.rejects(values('1,5\n', '1\n'), { code: 'VALUE_INVALID' });
  await t.rejects(values('1e301\n', '1\n'), { code: 'VALUE_INVALID' });
  await t.rejects(compare([root, root], { values: true, class: 'count' }), { code: 'VALUES_UNREADABLE' });
  t.match(await values('5\n', '5\n'), { code: 0, output: /^NOT_ENOUGH: / });
  t.match(await values('1\r\n2\r\n3\r\n4\r\n', '11\r\n12\r\n13\r\n14'), {
    code: 1,
    output: /mean 2\.5 -> 12\.5/,
  });
  t.match(await values('-5\n-4\n-3\n-6\n', '-15\n-14\n-13\n-16\n'), { code: 0, output: /^IMPROVED: / });
  const near = (first: bigint) => [0n, 1n, 2n, 3n].map(step => `${first + step}\n`).join('');
  t.match(await values(near(2n ** 63n), near(2n ** 63n + 10n)), {
    code: 1,
    output: /9\.223e\+18 -> 9\.223e\+18 \(\+10, /,
  });
  const tiny = [1, 1.5, 2, 3].map(value => `${value}e-300\n`).join('');
  t.match(await values(tiny, tiny.replaceAll('e-300', 'e-299'), { class: 'time' }), { code: 1 });
  const many = (shift: number) => Array.from({ length: 1e5 }, (_, index) => `${index + shift}\n`).join('');
  for (const method of ['holm', 'westfall-young'] as const) {
    const { code, output } = await values(many(0), many(50_000), { method });
    t.equal(code, 1);
    t.match(output, /p<1e-300, adjusted <1e-300/, 'a tail that no double holds is small, not zero');
  }
  t.match((await values('1\n2\n3\n4\n5\n', '1\n2\n3\n4\n5\n')).output, /with a gate of 0 no interval can/);
});

t.test('--why: pairs by their words, and what was meant', async t => {
  const wide = makeNight({
    name: 'wide-0011',
    cells: [2, 20, 200].map(cpus => fakeCell(`w${cpus}`, 'stats', cpus)),
  });
  const why = (...words: string[]) => compare([wide, wide], { why: words });
  t.match((await why('wasted_bytes', 'vcpus=2')).output, /^[A-Z_]+: wasted_bytes /, 'not vcpus=20');
  await t.rejects(why('wasted_bytes', 'vcpus=2000'), { code: 'WHY_CELL', hint: /Did you mean "vcpus=200"/ });
  await t.rejects(why('wasted_bytes', 'config=stats'), { code: 'WHY_CELL', message: /fits 3/ });
  await t.rejects(why('wasted', 'nonsense'), { code: 'WHY_METRIC' });
});
