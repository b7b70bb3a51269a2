import t from 'tap';
import { judgeRun } from '../../harness/judgement/judge-run.ts';
import type { ExportOptions } from '../../harness/report/export-options.ts';
import {
  type FormatName,
  formatNames,
  loadComparisonExporter,
  loadExporter,
} from '../../harness/report/formats.ts';
import { reportRun } from '../../harness/report/run-report.ts';
import { fakeCell, fakeRun } from '../fakes/run-fixture.ts';
import { fakeRunContent } from '../fakes/run-folder-fixture.ts';

const run = fakeRun();
run.matrix.compare = { axis: 'config', base: 'stats' };
const content = fakeRunContent({
  run,
  cells: [fakeCell('c1', 'stats', 2), fakeCell('c2', 'stats+dups', 2)],
  repetitions: 3,
  measure: () => ({ wasted_bytes: 7 }),
});

t.test('every format of the table shows a run', async t => {
  t.equal(formatNames[0], 'terminal', 'the default comes first');
  const report = reportRun(content, 'path');
  const texts = await Promise.all(
    formatNames.map(async name => {
      const { run, summary } = await loadExporter(name);
      return `${run(report)}${summary?.run(report, 1e6) ?? ''}`;
    }),
  );
  for (const [index, text] of texts.entries()) t.match(text, /stats[+_]dups/, formatNames[index]!);
  t.equal(new Set(texts).size, formatNames.length, 'each in its own way');
});

t.test('a comparison alone, by the formats that have a form for it', async t => {
  const comparison = judgeRun(content)!;
  const compared = async (name: FormatName, options: ExportOptions = {}) =>
    (await loadComparisonExporter(name)).comparison(comparison, options);
  t.match(await compared('terminal'), /\nverdict: /);
  t.match(await compared('commit', { style: 'perf' }), / {2}wasted: 0/);
  t.match(JSON.parse(await compared('json')), { version: 1, pairs: [{}] });
  await t.rejects(compared('stats'), { code: 'FORMAT_UNFIT' });
});
