import { readFileSync } from 'node:fs';
import t from 'tap';
import type { z } from 'zod';
import { projectPath } from '../../harness/project.ts';
import { exporter as json } from '../../harness/report/formats/json.ts';
import { reportSchema } from '../../harness/report/report-schema.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import type { RunContent } from '../../harness/store/run-folder.ts';
import { fakeCell, fakePlan, fakeRecord, fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent } from '../fakes/run-folder-fixture.ts';

const example = 'results/example/20261121T080743Z-smoke-bfc6/report/report.json';

/** What the schema makes of a report: members that it does not know are left out, which the caller compares. */
function read(content: RunContent): { written: unknown; read: z.infer<typeof reportSchema> } {
  const written = JSON.parse(json.run(reportRun(content, 'results/x')));
  return { written, read: reportSchema.parse(written) };
}

t.test('the schema describes every member of a report, and reads the committed example', async t => {
  const one = fakeCell('c1', 'stats', 2);
  const plan = fakePlan([one], 3);
  const [first, second] = plan.trials;
  const records = [
    fakeRecord(first!, { wasted_bytes: '18446744073709551615', failed_becoming: 3 }, undefined, {
      findings: [{ code: 'NOTED', severity: 'note', message: 'harmless' }],
      duplicates: [{ name: 'xfs', count: 3, reason: 'Becoming' }],
      duplicateRequests: [{ name: 'tun', count: 1 }],
      callers: [
        { name: 'tun', caller: 'run_request [test_kmod]', chain: ['run_request [test_kmod]'], count: 1 },
      ],
    }),
    fakeRecord(
      second!,
      {},
      { kind: 'timeout', phase: 'boot', reason: 'no hello' },
      { consoleTail: ['last'] },
    ),
  ];
  const bad = read({ run: fakeRun(), plan, records });
  t.strictSame(bad.read, bad.written);
  t.match(bad.read, { notRun: 1, troubled: [{ outcome: { kind: 'timeout' } }] });
  t.equal(reportSchema.safeParse(JSON.parse(readFileSync(projectPath(example), 'utf8'))).error, undefined);
});

t.test('and a comparison, whatever its verdicts', async t => {
  const run = fakeRun();
  run.matrix.compare = { axis: 'config', base: 'stats' };
  const cells = [fakeCell('c1', 'stats', 2), fakeCell('c2', 'stats+dups', 2)];
  const measure = (_: unknown, random: { uniform(): number }) => ({
    wasted_bytes: Math.round(random.uniform() * 9),
  });
  const judged = read(fakeRunContent({ run, cells, repetitions: 8, measure }));
  t.strictSame(judged.read, judged.written);
  t.match(judged.read.comparison, { pairs: [{ metrics: { wasted_bytes: { headline: true } } }] });
  const oneSided = read(fakeRunContent({ run, cells: cells.slice(0, 1), repetitions: 2, measure }));
  t.match(oneSided.read.comparison, { nothing: /^verdict: none/ });
});

t.test('what is no report is refused', async t => {
  const { written } = read({ run: fakeRun(), plan: fakePlan([fakeCell('c1', 'stats', 2)], 1), records: [] });
  t.ok(reportSchema.safeParse(written).success);
  for (const change of [{ version: 2 }, { cells: 'none' }, { planned: -1 }, { outcomes: { vanished: 1 } }])
    t.notOk(reportSchema.safeParse({ ...(written as object), ...change }).success, JSON.stringify(change));
});
