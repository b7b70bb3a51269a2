import t from 'tap';
import type { ZodType } from 'zod';
import { exporter as bencher } from '../../../harness/report/formats/bencher.ts';
import { exporter as githubActionBenchmark } from '../../../harness/report/formats/github-action-benchmark.ts';
import { exporter as kcidb } from '../../../harness/report/formats/kcidb.ts';
import { exporter as openmetrics } from '../../../harness/report/formats/openmetrics.ts';
import { type RunReport, reportRun } from '../../../harness/report/run-report.ts';
import { fakeAb, hostileRun, hostileText, troubledRuns } from '../../fakes/hostile-run.ts';
import {
  bencherSchema,
  githubActionBenchmarkSchema,
  kcidbSchema,
} from '../../fixtures/schemas/time-series.ts';

const report = reportRun(fakeAb(), 'results/r');
const runs: Record<string, RunReport> = { good: report, ...troubledRuns(), hostile: hostileRun(hostileText) };

/** Parses and checks what a format gives of every run. */
function readAll<Document>(run: (one: typeof report) => string, schema: ZodType<Document>) {
  return Object.fromEntries(
    Object.entries(runs).map(([name, one]) => [name, schema.parse(JSON.parse(run(one)))]),
  );
}

t.test('Bencher: a benchmark a cell, median and range of each metric', async t => {
  const read = readAll(bencher.run, bencherSchema);
  t.match(read['good']!['config=stats vcpus=4']!['failed_becoming'], {
    value: 41,
    lower_value: 40,
    upper_value: 45,
  });
  t.equal(Object.keys(read['good']!).length, 6);
  for (const name of ['no finished trials', 'everything crashed', 'all metrics missing'])
    t.strictSame(read[name], {}, `${name}: no number is invented`);
  t.equal(Object.keys(read['hostile']!).length, 6, 'two cells keep two names');
});

t.test('github-action-benchmark: only what is worse when higher', async t => {
  const read = readAll(githubActionBenchmark.run, githubActionBenchmarkSchema);
  const good = read['good']!;
  t.match(good[0], { name: 'config=stats vcpus=1: wasted_bytes', unit: 'bytes', extra: /^median of 12, / });
  t.notOk(
    good.some(({ name }) => name.endsWith('mods_loaded')),
    'more modules are neither better nor worse',
  );
  t.strictSame(read['everything crashed'], []);
});

t.test('KCIDB: cells, metrics and verdicts as tests of a build', async t => {
  const read = readAll(one => kcidb.run(one), kcidbSchema);
  const { tests, builds } = read['good']!;
  const find = (path: string) =>
    tests.find(one => one.path === `modstorm.stress-ng.config_stats_dups_vcpus_4.${path}`);
  t.match(find('boots'), { status: 'PASS', comment: '12 passed' });
  t.match(find('failed_becoming'), { status: 'DONE', number: { value: 142 }, start_time: /^2026-11-21T/ });
  t.match(find('wasted_bytes'), { number: { unit: 'B', prefix: 'binary' } });
  t.match(find('verdict.wasted_bytes'), { status: 'FAIL', comment: /^REGRESSED: / });
  t.match(
    find('verdict.boot_ns'),
    { status: 'DONE', comment: /^INCONCLUSIVE: / },
    'an open verdict is no pass',
  );
  t.match(find('verdict.mods_loaded'), { status: 'PASS' });
  t.ok(tests.every(({ build_id }) => builds.some(({ id }) => id === build_id)));
  for (const [name, { tests: some }] of Object.entries(read)) {
    t.equal(new Set(some.map(({ id }) => id)).size, some.length, `${name}: ids are unique`);
    t.equal(new Set(some.map(({ path }) => path)).size, some.length, `${name}: paths are unique`);
  }
  const statuses = (name: string) =>
    new Set(read[name]!.tests.flatMap(({ path, status }) => (path.endsWith('.boots') ? [status] : [])));
  t.strictSame(statuses('everything crashed'), new Set(['FAIL']));
  t.strictSame(statuses('no finished trials'), new Set(['MISS']));
  t.match(kcidbSchema.parse(JSON.parse(kcidb.run(report, { origin: 'mylab' }))).tests[0], {
    origin: 'mylab',
    id: /^mylab:/,
  });
});

const sample =
  /^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\{(?<labels>(?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*)\} (?<value>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

t.test('OpenMetrics: every line a sample of its family, no series twice, no timestamps', async t => {
  for (const [name, one] of Object.entries(runs)) {
    const lines = openmetrics.run(one).split('\n');
    t.strictSame(lines.slice(-2), ['# EOF', ''], name);
    const seen = new Set<string>();
    let family = '';
    for (const line of lines.slice(0, -2)) {
      if (line.startsWith('# HELP ')) continue;
      const type = /^# TYPE (\S+) gauge$/.exec(line);
      if (type) {
        t.notOk(seen.has(`# ${type[1]}`), `${name}: ${type[1]} is declared once`);
        seen.add(`# ${type[1]}`);
        family = type[1]!;
        continue;
      }
      const match = sample.exec(line);
      if (match?.groups?.['name'] !== family) t.fail(`${name}: ${line}`);
      const series = `${family}{${match?.groups?.['labels']}`;
      if (seen.has(series)) t.fail(`${name}: twice: ${series}`);
      seen.add(series);
    }
  }
  const text = openmetrics.run(report);
  t.match(
    text,
    /^modstorm_boot_seconds\{cell="config=stats vcpus=1",.*stat="median"\} 1\.5\d+$/m,
    'seconds, not ns',
  );
  t.match(
    text,
    /^modstorm_verdict\{pair="vcpus=4 config=stats\+dups",.*metric="wasted_bytes",gated="true",verdict="REGRESSED"\} 1$/m,
  );
  t.notMatch(openmetrics.run(runs['everything crashed']!), /stat="median"/, 'no number is invented');
});
